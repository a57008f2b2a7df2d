import type { Definition, Field } from "./definitions.ts";
import { packageFile, packageIdentifier } from "./packages.ts";
import { banner, constant, templateLiteral } from "./source-text.ts";

/** A type of the same package loses its prefix. */
function shortType(type: string, packageName: string): string {
  const prefix = /^(\*|\[\]|map\[\])*/.exec(type)![0];
  const rest = type.slice(prefix.length);
  return prefix + (rest.startsWith(`${packageName}.`) ? rest.slice(packageName.length + 1) : rest);
}

function line(field: Field, packageName: string): string {
  const { fact } = field;
  const flags = [
    ...(field.required ? ["r"] : []),
    ...(fact.printsZero ? ["z"] : []),
    ...(fact.omitZero ? ["o"] : []),
    ...field.merge,
    ...(field.default === undefined ? [] : [`default=${field.default}`]),
  ];
  return [fact.number, fact.json === "" ? "^" : fact.json, shortType(fact.type, packageName), ...flags].join(" ");
}

function section(definition: Definition): string {
  const head = [
    `@${definition.fact.name}`,
    ...(definition.fact.published ? [] : ["wire"]),
    ...(definition.kind ? ["kind"] : []),
    ...definition.merge,
  ].join(" ");
  const lines = definition.fields.map((field) =>
    line(definition.fact.fields.includes(field.fact) ? field : inlinedField(field), definition.fact.package),
  );
  return [head, ...lines].join("\n");
}

/** A field that comes from an inlined struct has no number of its own. */
function inlinedField(field: Field): Field {
  return { ...field, fact: { ...field.fact, number: 0 } };
}

/** `generated/definitions/<package>.ts` and `index.ts`: text by file name. */
export function emitDefinitions(definitions: ReadonlyMap<string, Definition>): Map<string, string> {
  const files = new Map<string, string>();
  const packages = [...new Set([...definitions.values()].map((definition) => definition.fact.package))].sort();
  for (const packageName of packages) {
    const own = [...definitions.values()].filter((definition) => definition.fact.package === packageName);
    const text = own.map(section).join("\n");
    files.set(
      `${packageFile(packageName)}.ts`,
      banner + constant(packageIdentifier(packageName), "string", templateLiteral(text)),
    );
  }
  const imports = packages.map((name) => `import { ${packageIdentifier(name)} } from "./${packageFile(name)}.ts";\n`);
  const entries = packages.map((name) => `  ${JSON.stringify(name)}: ${packageIdentifier(name)},\n`);
  files.set(
    "index.ts",
    `${banner}${imports.join("")}
/** The definitions of every package as text; see type-table.ts for the grammar. */
${constant("definitionTexts", "Readonly<Record<string, string>>", `{\n${entries.join("")}}`)}`,
  );
  return files;
}
