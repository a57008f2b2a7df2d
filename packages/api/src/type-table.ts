import { definitionTexts } from "./generated/definitions/index.ts";

/** The type of a field as upstream's Go source declares it. */
export type TypeRef =
  | { readonly form: "pointer" | "list" | "map"; readonly of: TypeRef }
  /** A value with a JSON form of its own: scalars, and structs such as `Time`, `Quantity`, `IntOrString`. */
  | { readonly form: "value"; readonly name: ValueType }
  /** A struct, by its id in the table: `core/v1.PodSpec`. */
  | { readonly form: "struct"; readonly id: string };

export type ValueType =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "double"
  | "bytes"
  | "StringList"
  | "Time"
  | "MicroTime"
  | "Duration"
  | "Quantity"
  | "IntOrString"
  | "RawExtension"
  | "FieldsV1"
  | "JSON"
  | "JSONSchemaPropsOrArray"
  | "JSONSchemaPropsOrBool"
  | "JSONSchemaPropsOrStringArray";

/** One field of a type. */
export interface TypeField {
  /** Protobuf field number; 0 for a field that comes from an inlined struct. */
  readonly number: number;
  /** JSON name; "" for the inlined struct itself. */
  readonly json: string;
  readonly type: TypeRef;
  readonly required: boolean;
  /** JSON encoding prints the zero value (Go: no `omitempty`). */
  readonly printsZero: boolean;
  /** JSON encoding leaves out the zero time (Go: `omitzero`). */
  readonly omitZero: boolean;
  /** How the field merges: `atomic`, `set`, `map:name`, `patch=merge:name`, `map-type=atomic`, `default=...`; and what messages say of it: `go=v1.Protocol`, `in=VolumeSource`. */
  readonly words: readonly string[];
}

/** One built-in type: a kind, a struct within kinds, or a struct that only travels as protobuf. */
export interface TypeEntry {
  readonly id: string;
  readonly package: string;
  readonly name: string;
  /** False for types without an OpenAPI definition. */
  readonly published: boolean;
  /** Has `apiVersion` and `kind` of its own. */
  readonly kind: boolean;
  readonly words: readonly string[];
  readonly fields: readonly TypeField[];
}

const valueTypes: ReadonlySet<string> = new Set<ValueType>([
  "string",
  "bool",
  "int32",
  "int64",
  "double",
  "bytes",
  "StringList",
  "Time",
  "MicroTime",
  "Duration",
  "Quantity",
  "IntOrString",
  "RawExtension",
  "FieldsV1",
  "JSON",
  "JSONSchemaPropsOrArray",
  "JSONSchemaPropsOrBool",
  "JSONSchemaPropsOrStringArray",
]);

const prefixes = [
  ["*", "pointer"],
  ["[]", "list"],
  ["map[]", "map"],
] as const;

function parseType(text: string, packageName: string): TypeRef {
  for (const [prefix, form] of prefixes)
    if (text.startsWith(prefix)) return { form, of: parseType(text.slice(prefix.length), packageName) };
  if (valueTypes.has(text)) return { form: "value", name: text as ValueType };
  return { form: "struct", id: text.includes(".") ? text : `${packageName}.${text}` };
}

function parseField(line: string, packageName: string): TypeField {
  const [number = "", json = "", type = "", ...words] = line.split(" ");
  const required = words[0] === "r" && words.shift() === "r";
  const printsZero = words[0] === "z" && words.shift() === "z";
  const omitZero = words[0] === "o" && words.shift() === "o";
  return {
    number: Number(number),
    json: json === "^" ? "" : json,
    type: parseType(type, packageName),
    required,
    printsZero,
    omitZero,
    words,
  };
}

function parseEntry(packageName: string, section: string): TypeEntry {
  const [head = "", ...lines] = section.split("\n");
  const [name = "", ...words] = head.split(" ");
  const published = words[0] !== "wire" || words.shift() !== "wire";
  const kind = words[0] === "kind" && words.shift() === "kind";
  const fields = lines.map((line) => parseField(line, packageName));
  return { id: `${packageName}.${name}`, package: packageName, name, published, kind, words, fields };
}

/** Sections of a package's text by type name; parsed once, when the package is first asked for. */
const sections = new Map<string, Map<string, string>>();
const entries = new Map<string, TypeEntry | undefined>();

function sectionsOf(packageName: string): Map<string, string> {
  let found = sections.get(packageName);
  if (found === undefined) {
    found = new Map();
    for (const section of definitionTexts[packageName]?.slice(1).split("\n@") ?? [])
      found.set(/^\S+/.exec(section)?.[0] ?? "", section);
    sections.set(packageName, found);
  }
  return found;
}

/** The packages that have types: `core/v1`, `apps/v1`, `meta/v1`, ... */
export function typePackages(): readonly string[] {
  return Object.keys(definitionTexts);
}

/** The names of a package's types, alphabetically. */
export function typeNames(packageName: string): readonly string[] {
  return [...sectionsOf(packageName).keys()];
}

/** A type by its id, `core/v1.PodSpec`; undefined when there is none. */
export function typeEntry(id: string): TypeEntry | undefined {
  if (!entries.has(id)) {
    const dot = id.lastIndexOf(".");
    const packageName = id.slice(0, dot);
    const section = sectionsOf(packageName).get(id.slice(dot + 1));
    entries.set(id, section === undefined ? undefined : parseEntry(packageName, section));
  }
  return entries.get(id);
}

/** The fields as JSON has them: inlined structs dissolved. */
export function jsonFields(entry: TypeEntry): readonly TypeField[] {
  return entry.fields.filter((field) => field.json !== "");
}
