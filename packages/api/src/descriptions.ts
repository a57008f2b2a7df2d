import { descriptionTexts } from "./generated/descriptions/index.ts";

/** The documentation of built-in types, in a part that is loaded only when OpenAPI documents are made. */
export interface Descriptions {
  /** Of `apiVersion` and `kind` in every kind. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Of a type, by id (`core/v1.PodSpec`). */
  type(id: string): string | undefined;
  field(id: string, json: string): string | undefined;
  /** The values that a field may have, where they are listed. */
  values(id: string, json: string): readonly string[] | undefined;
  /** Of a value's definition, by its full name (Quantity, IntOrString, ...). */
  value(definitionName: string): string | undefined;
}

interface FieldText {
  readonly text: string;
  readonly values: readonly string[];
}

interface TypeText {
  readonly text: string;
  readonly fields: ReadonlyMap<string, FieldText>;
}

const conventions = "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

function decode(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function cut(line: string): readonly [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), decode(line.slice(space + 1))];
}

function parseType(section: string): readonly [string, TypeText] {
  const [head = "", ...lines] = section.split("\n");
  const [name, text] = cut(head);
  const fields = lines.map((line): [string, FieldText] => {
    const [key, fieldText] = cut(line);
    const [json = "", ...values] = key.split("|");
    return [json, { text: fieldText, values }];
  });
  return [name, { text, fields: new Map(fields) }];
}

function parsePackage(text: string): Map<string, TypeText> {
  return new Map(text.slice(1).split("\n@").map(parseType));
}

let loaded: Promise<Descriptions> | undefined;

/** Loads the documentation of all built-in types, about 0.8 MB of text, once. */
export function loadDescriptions(): Promise<Descriptions> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Descriptions> {
  const packages = new Map(
    await Promise.all(
      Object.entries(descriptionTexts).map(
        async ([name, loadText]) => [name, parsePackage((await loadText()).text)] as const,
      ),
    ),
  );
  const typeText = (id: string): TypeText | undefined => {
    const dot = id.lastIndexOf(".");
    return packages.get(id.slice(0, dot))?.get(id.slice(dot + 1));
  };
  const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
  return {
    apiVersion: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`,
    kind: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`,
    type: (id) => given(typeText(id)?.text),
    field: (id, json) => given(typeText(id)?.fields.get(json)?.text),
    values: (id, json) => {
      const values = typeText(id)?.fields.get(json)?.values ?? [];
      return values.length === 0 ? undefined : values;
    },
    value: (name) => given(packages.get("values")?.get(name)?.text),
  };
}
