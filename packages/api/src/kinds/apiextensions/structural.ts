import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { compileGoPattern, forbiddenField, invalidValue, required } from "@pinnace/apimachinery";
import { same } from "../rules/equal.ts";

/** Where a schema stands: decides what is said when its type is missing. */
type Level = "root" | "item" | "field";

const NO_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};
const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];

/** What may not be said below `anyOf` and the like, and how that is put. */
const NOT_NESTED: readonly (readonly [member: string, state: string])[] = [
  ["type", "empty"],
  ["additionalProperties", "undefined"],
  ["default", "undefined"],
  ["title", "empty"],
  ["description", "empty"],
  ["nullable", "false"],
  ["x-kubernetes-preserve-unknown-fields", "false"],
  ["x-kubernetes-embedded-resource", "false"],
  ["x-kubernetes-int-or-string", "false"],
  ["x-kubernetes-list-map-keys", "empty"],
  ["x-kubernetes-list-type", "undefined"],
  ["x-kubernetes-map-type", "undefined"],
];

function propertiesOf(schema: Draft): [string, Draft][] {
  return Object.entries<Draft>(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

function nested(schema: Draft, path: FieldPath): FieldError[] {
  const errors = combinations(schema, path);
  if (schema.items) errors.push(...nested(schema.items, path.child("items")));
  for (const [name, property] of propertiesOf(schema)) {
    errors.push(...nested(property, path.child("properties").key(name)));
  }
  for (const [member, state] of NOT_NESTED) {
    if (schema[member]) errors.push(forbiddenField(path.child(member), `must be ${state} to be structural`));
  }
  if (schema.properties?.metadata) {
    errors.push(forbiddenField(path.child("properties").key("metadata"), "must not be specified in a nested context"));
  }
  return errors;
}

function patternErrors(pattern: string | undefined, path: FieldPath): FieldError[] {
  const compiled = compileGoPattern(pattern ?? "");
  if (typeof compiled !== "string") return [];
  return [invalidValue(path.child("pattern"), pattern, `must be a valid regular expression, but isn't: ${compiled}`)];
}

/** What is wrong with the schemas that a schema combines: they may check values, not describe them. */
function combinations(schema: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const member of ["anyOf", "allOf", "oneOf"]) {
    const list: Draft[] = schema[member] ?? [];
    if (member === "anyOf" && same(list, INT_OR_STRING)) continue;
    for (const [position, item] of list.entries()) {
      if (member === "allOf" && position === 0 && same(item.anyOf, INT_OR_STRING)) continue;
      errors.push(...nested(item, path.child(member).index(position)));
    }
  }
  if (schema.not) errors.push(...nested(schema.not, path.child("not")));
  return [...errors, ...patternErrors(schema.pattern, path)];
}

function typeErrors(schema: Draft, level: Level, path: FieldPath): FieldError[] {
  const type = schema.type ?? "";
  const at = path.child("type");
  if (schema["x-kubernetes-embedded-resource"] && type !== "object") {
    const message = "must be object if x-kubernetes-embedded-resource is true";
    return [type === "" ? required(at, message) : invalidValue(at, type, message)];
  }
  const open = schema["x-kubernetes-int-or-string"] || schema["x-kubernetes-preserve-unknown-fields"];
  if (type === "") return open ? [] : [required(at, NO_TYPE[level])];
  return level === "root" && type !== "object" ? [invalidValue(at, type, "must be object at the root")] : [];
}

function embeddedErrors(schema: Draft, path: FieldPath): FieldError[] {
  if (!schema["x-kubernetes-embedded-resource"] || schema["x-kubernetes-preserve-unknown-fields"]) return [];
  if (Object.keys(schema.properties ?? {}).length > 0) return [];
  const message =
    "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
  return [required(path.child("properties"), message)];
}

function metadataErrors(schema: Draft, level: Level, path: FieldPath): FieldError[] {
  const isObject = level === "root" || schema["x-kubernetes-embedded-resource"];
  const errors: FieldError[] = [];
  for (const member of ["kind", "apiVersion"]) {
    const property = schema.properties?.[member];
    const at = path.child("properties").key(member).child("type");
    if (property && isObject && property.type !== "string") {
      errors.push(invalidValue(at, property.type ?? "", "must be string"));
    }
  }
  const metadata = schema.properties?.metadata;
  if (!metadata || !isObject) return errors;
  const at = path.child("properties").key("metadata");
  if (metadata.type !== "object") errors.push(invalidValue(at.child("type"), metadata.type ?? "", "must be object"));
  const { type: _, default: __, properties = {}, ...rest } = metadata;
  const others = Object.keys(properties).filter((name) => name !== "name" && name !== "generateName");
  if (level === "root" && (others.length > 0 || Object.keys(rest).length > 0)) {
    const message = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    errors.push(forbiddenField(at, message));
  }
  return errors;
}

function extensionErrors(schema: Draft, path: FieldPath): FieldError[] {
  if (!schema["x-kubernetes-int-or-string"]) return [];
  return ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"].flatMap((member) =>
    schema[member]
      ? [invalidValue(path.child(member), true, "must be false if x-kubernetes-int-or-string is true")]
      : [],
  );
}

function invariants(schema: Draft, level: Level, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type === "array" && !schema.items) errors.push(required(path.child("items"), "must be specified"));
  if (schema.items) errors.push(...invariants(schema.items, "item", path.child("items")));
  for (const [name, property] of propertiesOf(schema)) {
    errors.push(...invariants(property, "field", path.child("properties").key(name)));
  }
  const additional = schema.additionalProperties;
  const at = path.child("additionalProperties");
  if (additional !== undefined && level === "root") errors.push(forbiddenField(at, "must not be used at the root"));
  if (additional && typeof additional === "object") errors.push(...invariants(additional, "field", at));
  return [
    ...errors,
    ...extensionErrors(schema, path),
    ...combinations(schema, path),
    ...typeErrors(schema, level, path),
    ...embeddedErrors(schema, path),
    ...metadataErrors(schema, level, path),
  ];
}

/** What keeps a schema from being structural, sorted by path as upstream has it. */
export function structuralErrors(schema: Draft, path: FieldPath): FieldError[] {
  const key = ({ field, message }: FieldError): string => `${field}: ${message}`;
  return invariants(schema, "root", path).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
