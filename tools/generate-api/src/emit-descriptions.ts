import type { Definition, Field } from "./definitions.ts";
import { mergeTexts, readDocumentation, readValueDocumentation } from "./documentation.ts";
import { leafTypes } from "./facts.ts";
import { leafDefinition, packageFile } from "./packages.ts";
import { constant, documentedBanner, templateLiteral } from "./source-text.ts";

function encode(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** Of a field that refers to a value type, the npm package gives the type's own description. */
function fieldText(field: Field, formatted: string): string {
  const value = leafTypes.has(field.fact.type.replace(/^\*/, ""));
  return value ? formatted : mergeTexts(field.description, formatted);
}

/** `@Type text` and `field text` lines; an enum comes as `field|a|b text`. */
function section(definition: Definition): string {
  const documentation = readDocumentation(definition.fact.package, definition.fact.name);
  const lines = [
    `@${definition.fact.name} ${encode(mergeTexts(definition.description, documentation?.description ?? ""))}`,
  ];
  for (const field of definition.fields) {
    if (field.fact.json === "") continue;
    const member = documentation?.members.get(field.fact.json);
    const text = fieldText(field, member?.description ?? "");
    const values = (member?.enum ?? []).map((value) => `|${value}`).join("");
    if (text !== "" || values !== "") lines.push(`${field.fact.json}${values} ${encode(text)}`);
  }
  return lines.join("\n");
}

const loaderType = "Readonly<Record<string, () => Promise<{ readonly text: string }>>>";

function textFile(text: string): string {
  return documentedBanner + constant("text", "string", templateLiteral(text));
}

/** `generated/descriptions/<package>.ts` and `index.ts`, which loads them on demand: text by file name. */
export function emitDescriptions(definitions: ReadonlyMap<string, Definition>): Map<string, string> {
  const files = new Map<string, string>();
  const published = [...definitions.values()].filter((definition) => definition.fact.published);
  const packages = [...new Set(published.map((definition) => definition.fact.package))].sort();
  for (const packageName of packages) {
    const own = published.filter((definition) => definition.fact.package === packageName);
    const text = own.map(section).join("\n");
    files.set(`${packageFile(packageName)}.ts`, textFile(text));
  }
  const values = [...leafTypes, "Patch"]
    .map(leafDefinition)
    .map((name) => `@${name} ${encode(readValueDocumentation(name))}`);
  files.set("values.ts", textFile(values.join("\n")));
  const loaders = [...packages, "values"].map(
    (name) => `  ${JSON.stringify(name)}: () => import("./${packageFile(name)}.ts"),\n`,
  );
  files.set(
    "index.ts",
    `${documentedBanner}/** Loads the descriptions of one package; see descriptions.ts for the grammar. */
${constant("descriptionTexts", loaderType, `{\n${loaders.join("")}}`)}`,
  );
  return files;
}
