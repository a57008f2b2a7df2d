import type { Definition, Field } from "./definitions.ts";
import type { ResourceFact } from "./facts.ts";
import { packageFile, packageIdentifier } from "./packages.ts";
import { documentedBanner } from "./source-text.ts";

/** Types that `@pinnace/apimachinery` owns. */
const machineryTypes = ["ManagedFieldsEntry", "ObjectMeta", "OwnerReference", "Status", "StatusCause", "StatusDetails"];

const leafTypeScript: Readonly<Record<string, string>> = {
  string: "string",
  bool: "boolean",
  int32: "number",
  int64: "number",
  double: "number",
  bytes: "string",
  StringList: "readonly string[]",
  Time: "string",
  MicroTime: "string",
  Quantity: "string",
  Duration: "string",
  IntOrString: "number | string",
  RawExtension: "JsonObject",
  FieldsV1: "JsonObject",
  JSON: "Json",
  JSONSchemaPropsOrArray: "JSONSchemaProps | readonly JSONSchemaProps[]",
  JSONSchemaPropsOrBool: "JSONSchemaProps | boolean",
  JSONSchemaPropsOrStringArray: "JSONSchemaProps | readonly string[]",
};

/** What a generated file needs from elsewhere. */
interface Imports {
  readonly machinery: Set<string>;
  readonly packages: Map<string, Set<string>>;
}

function typeScript(type: string, packageName: string, imports: Imports): string {
  if (type.startsWith("*")) return typeScript(type.slice(1), packageName, imports);
  if (type.startsWith("[]")) {
    const item = typeScript(type.slice(2), packageName, imports);
    return `readonly ${/^readonly |\|/.test(item) ? `(${item})` : item}[]`;
  }
  if (type.startsWith("map[]")) return `{ readonly [key: string]: ${typeScript(type.slice(5), packageName, imports)} }`;
  const leaf = leafTypeScript[type];
  if (leaf !== undefined) {
    for (const word of ["Json", "JsonObject"]) if (leaf.split(/\W/).includes(word)) imports.machinery.add(word);
    return leaf;
  }
  const dot = type.lastIndexOf(".");
  const [owner, name] = [type.slice(0, dot), type.slice(dot + 1)];
  if (owner === "meta/v1" && machineryTypes.includes(name)) imports.machinery.add(name);
  else if (owner !== packageName) {
    const names = imports.packages.get(owner) ?? new Set<string>();
    imports.packages.set(owner, names.add(name));
  }
  return name;
}

function firstSentence(text: string): string {
  const sentence = /^[\s\S]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
  const line = sentence.replace(/\s+/g, " ").replaceAll("*/", "*\\/").trim();
  return line.length > 240 ? `${line.slice(0, 237).replace(/\s\S*$/, "")}...` : line;
}

function comment(text: string, indent: string): string {
  return text === "" ? "" : `${indent}/** ${firstSentence(text)} */\n`;
}

function property(field: Field, packageName: string, imports: Imports): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(field.fact.json) ? field.fact.json : JSON.stringify(field.fact.json);
  const nullable = /^(Micro)?Time$/.test(field.fact.type) && !field.required && !field.fact.omitZero;
  const type = typeScript(field.fact.type, packageName, imports) + (nullable ? " | null" : "");
  return `${comment(field.description, "  ")}  readonly ${name}${field.required ? "" : "?"}: ${type};\n`;
}

function declaration(definition: Definition, imports: Imports): string {
  const packageName = definition.fact.package;
  const fields = definition.fields.filter((field) => field.fact.json !== "");
  const typeMeta = definition.kind ? "  readonly apiVersion?: string;\n  readonly kind?: string;\n" : "";
  const body = typeMeta + fields.map((field) => property(field, packageName, imports)).join("");
  const head = comment(definition.description, "");
  if (body === "") return `${head}export type ${definition.fact.name} = { readonly [key: string]: never };\n`;
  return `${head}export interface ${definition.fact.name} {\n${body}}\n`;
}

/** `generated/types/<package>.ts` for every package: text by file name. */
export function emitTypes(definitions: ReadonlyMap<string, Definition>): Map<string, string> {
  const files = new Map<string, string>();
  const packages = new Set([...definitions.values()].filter((d) => d.fact.published).map((d) => d.fact.package));
  for (const packageName of packages) {
    const imports: Imports = { machinery: new Set(), packages: new Map() };
    const own = [...definitions.values()].filter((d) => d.fact.package === packageName && d.fact.published);
    const declared = own.filter((d) => packageName !== "meta/v1" || !machineryTypes.includes(d.fact.name));
    const body = declared.map((definition) => declaration(definition, imports)).join("\n");
    const lines: string[] = [];
    if (imports.machinery.size > 0)
      lines.push(`import type { ${[...imports.machinery].sort().join(", ")} } from "@pinnace/apimachinery";\n`);
    for (const [owner, names] of [...imports.packages].sort())
      lines.push(`import type { ${[...names].sort().join(", ")} } from "./${packageFile(owner)}.ts";\n`);
    const reexport =
      packageName === "meta/v1" ? `export type { ${machineryTypes.join(", ")} } from "@pinnace/apimachinery";\n` : "";
    files.set(`${packageFile(packageName)}.ts`, `${documentedBanner}${lines.join("")}${reexport}\n${body}`);
  }
  return files;
}

function ofPackage(definitions: ReadonlyMap<string, Definition>, packageName: string): Definition[] {
  return [...definitions.values()].filter((d) => d.fact.package === packageName && d.fact.published);
}

/** Names under which types are exported: bare names go to kinds first, then to the first package that claims them. */
export function exportedNames(
  definitions: ReadonlyMap<string, Definition>,
  resources: readonly ResourceFact[],
): Map<string, string> {
  const served = [...new Set(resources.filter((resource) => resource.served).map((resource) => resource.package))];
  const order = ["meta/v1", "core/v1", ...served.filter((name) => name !== "core/v1"), "version"];
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const kind of [true, false]) {
    for (const definition of order.flatMap((packageName) => ofPackage(definitions, packageName))) {
      if (definition.kind !== kind) continue;
      const packageName = definition.fact.package;
      const bare = packageName === "version" ? "VersionInfo" : definition.fact.name;
      const identifier = packageIdentifier(packageName);
      const qualified = identifier.charAt(0).toUpperCase() + identifier.slice(1) + definition.fact.name;
      const name = taken.has(bare) ? qualified : bare;
      taken.add(name);
      names.set(definition.id, name);
    }
  }
  return names;
}

/** `generated/types/index.ts`. Versions that are off by default come as one name per package. */
export function emitTypeIndex(
  definitions: ReadonlyMap<string, Definition>,
  names: ReadonlyMap<string, string>,
): string {
  const lines = new Map<string, string[]>();
  for (const [id, name] of names) {
    const { fact } = definitions.get(id)!;
    const own = lines.get(fact.package) ?? [];
    lines.set(fact.package, own);
    own.push(name === fact.name ? name : `${fact.name} as ${name}`);
  }
  const exports = [...lines].map(
    ([packageName, own]) =>
      `export type {\n  ${own.sort().join(",\n  ")},\n} from "./${packageFile(packageName)}.ts";\n`,
  );
  const rest = new Set([...definitions.values()].filter((d) => d.fact.published).map((d) => d.fact.package));
  for (const packageName of lines.keys()) rest.delete(packageName);
  const spaces = [...rest].map(
    (packageName) => `export type * as ${packageIdentifier(packageName)} from "./${packageFile(packageName)}.ts";\n`,
  );
  return documentedBanner + exports.join("") + spaces.join("");
}
