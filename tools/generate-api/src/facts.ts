import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One field of a Go type as it goes over the wire. */
export interface FieldFact {
  /** Protobuf field number. */
  readonly number: number;
  /** JSON name; "" for an inlined struct. */
  readonly json: string;
  /** `string`, `*int32`, `[]core/v1.Container`, `map[]Quantity`, ... with the package spelled out. */
  readonly type: string;
  /** Go prints the zero value (no `omitempty`). */
  readonly printsZero: boolean;
  /** Go leaves out the zero time (`omitzero`). */
  readonly omitZero: boolean;
}

/** One Go type: `core/v1.Container`. */
export interface TypeFact {
  readonly package: string;
  readonly name: string;
  /** False for types that travel as protobuf only and have no OpenAPI definition. */
  readonly published: boolean;
  readonly fields: readonly FieldFact[];
}

/** How a field merges: words such as `atomic`, `map:name`, `patch=merge:name`, `map-type=atomic`. */
export type MergeFacts = ReadonlyMap<string, readonly string[]>;

export interface ResourceFact {
  readonly apiVersion: string;
  readonly package: string;
  readonly served: boolean;
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly virtual: boolean;
  readonly options: Readonly<Record<string, string>>;
}

const factsFolder: string = join(import.meta.dirname, "../facts");

const scalars = new Set(["string", "bool", "int32", "int64", "double", "bytes", "StringList"]);
/** Types with a form of their own on the wire and in JSON. */
export const leafTypes: ReadonlySet<string> = new Set([
  "Time",
  "MicroTime",
  "Quantity",
  "IntOrString",
  "RawExtension",
  "FieldsV1",
  "Duration",
  "JSON",
  "JSONSchemaPropsOrArray",
  "JSONSchemaPropsOrBool",
  "JSONSchemaPropsOrStringArray",
]);

/** `[]Container` in core/v1 becomes `[]core/v1.Container`. */
function qualify(type: string, packageName: string): string {
  const prefix = /^(\*|\[\]|map\[\])/.exec(type)?.[0];
  if (prefix !== undefined) return prefix + qualify(type.slice(prefix.length), packageName);
  return scalars.has(type) || leafTypes.has(type) || type.includes(".") ? type : `${packageName}.${type}`;
}

function parseField(line: string, packageName: string): FieldFact {
  const [number = "", name = "", type = "", ...flags] = line.trim().split(" ");
  return {
    number: Number(number),
    json: name === "^" ? "" : name.replace(/!$/, ""),
    type: qualify(type, packageName),
    printsZero: name.endsWith("!"),
    omitZero: flags.includes("omitzero"),
  };
}

/** Reads `facts/wire/*.txt`: every Go type by `package.Name`. */
export function readTypes(): Map<string, TypeFact> {
  const types = new Map<string, TypeFact>();
  const folder = join(factsFolder, "wire");
  for (const file of readdirSync(folder).sort()) {
    const packageName = file.replace(/\.txt$/, "").replace("-", "/");
    let fields: FieldFact[] = [];
    for (const line of readFileSync(join(folder, file), "utf8").trimEnd().split("\n")) {
      if (line.startsWith(" ")) {
        fields.push(parseField(line, packageName));
        continue;
      }
      const [name = "", flag] = line.split(" ");
      fields = [];
      types.set(`${packageName}.${name}`, { package: packageName, name, published: flag !== "(wire)", fields });
    }
  }
  return types;
}

/** Reads `facts/lists.txt`: words by `core/v1.Container.env`, and by `core/v1.Container.-` for the type itself. */
export function readMergeFacts(): MergeFacts {
  const facts = new Map<string, readonly string[]>();
  let packageName = "";
  let typeName = "";
  for (const line of readFileSync(join(factsFolder, "lists.txt"), "utf8").trimEnd().split("\n")) {
    const text = line.trim();
    if (line.startsWith("    ")) {
      const [field = "", ...words] = text.split(" ");
      facts.set(`${packageName}.${typeName}.${field}`, words);
    } else if (line.startsWith("  ")) typeName = text;
    else packageName = text;
  }
  return facts;
}

/** Reads `facts/defaults.txt`: JSON text of defaults by `core/v1.ContainerPort.protocol`. */
export function readDefaults(): ReadonlyMap<string, string> {
  return readFieldFacts("defaults.txt");
}

/** Reads `facts/go-names.txt`: `v1.Protocol` by `core/v1.ContainerPort.protocol`. */
export function readGoNames(): ReadonlyMap<string, string> {
  return readFieldFacts("go-names.txt");
}

function readFieldFacts(file: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of readFileSync(join(factsFolder, file), "utf8").trimEnd().split("\n")) {
    if (line.startsWith("#") || line === "") continue;
    const space = line.indexOf(" ");
    facts.set(line.slice(0, space), line.slice(space + 1));
  }
  return facts;
}

/** Reads `facts/resources.txt` in its order. */
export function readResources(): ResourceFact[] {
  const resources: ResourceFact[] = [];
  let block = { apiVersion: "", package: "", served: true };
  for (const line of readFileSync(join(factsFolder, "resources.txt"), "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      const [apiVersion = "", packageName = "", off] = line.slice(1, -1).split(" ");
      block = { apiVersion, package: packageName, served: off === undefined };
      continue;
    }
    const [name = "", kind = "", scope = "", ...words] = line.split(" ");
    const options = Object.fromEntries(words.filter((word) => word.includes("=")).map((word) => word.split("=", 2)));
    resources.push({
      ...block,
      name,
      kind,
      namespaced: scope === "namespaced",
      virtual: words.includes("virtual"),
      options,
    });
  }
  return resources;
}
