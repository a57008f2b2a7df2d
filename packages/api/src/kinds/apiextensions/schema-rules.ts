import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { ruleFieldPath } from "./rule-field-path.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const NOT_SUPPORTED = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];
const META = ["metadata", "kind", "apiVersion"];

/** What a schema is part of. */
interface Place {
  readonly root: boolean;
  /** Why defaults are not allowed here. */
  readonly noDefaults?: string;
}

function standardErrors(schema: Draft, path: FieldPath, { noDefaults }: Place): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.type && !TYPES.includes(schema.type)) errors.push(notSupported(path.child("type"), schema.type, TYPES));
  if (schema.default !== undefined && noDefaults) {
    errors.push(forbiddenField(path.child("default"), `must not be set ${noDefaults}`));
  }
  for (const member of NOT_SUPPORTED) {
    if (schema[member] !== undefined) errors.push(forbiddenField(path.child(member), `${member} is not supported`));
  }
  if (schema.type === "null") {
    errors.push(forbiddenField(path.child("type"), "type cannot be set to null, use nullable as an alternative"));
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbiddenField(path.child("items"), "items must be a schema object and not an array"));
  }
  if (schema.uniqueItems) {
    const detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(forbiddenField(path.child("uniqueItems"), detail));
  }
  const additional = schema.additionalProperties;
  if (additional !== undefined && additional !== true && Object.keys(schema.properties ?? {}).length > 0) {
    const detail = "additionalProperties and properties are mutual exclusive";
    errors.push(forbiddenField(path.child("additionalProperties"), detail));
  }
  return errors;
}

function typeOf(schema: Draft, wanted: string, extension: string, path: FieldPath): FieldError[] {
  if (schema[extension] === undefined || schema.type === wanted) return [];
  const message = `must be ${wanted} if ${extension} is specified`;
  const at = path.child("type");
  return [schema.type ? invalidValue(at, schema.type, message) : required(at, message)];
}

function extensionErrors(schema: Draft, path: FieldPath): FieldError[] {
  const preserve = "x-kubernetes-preserve-unknown-fields";
  const errors: FieldError[] = [];
  if (schema[preserve] === false) errors.push(invalidValue(path.child(preserve), false, "must be true or undefined"));
  const kinds: readonly (readonly [extension: string, type: string, values: readonly string[]])[] = [
    ["x-kubernetes-map-type", "object", ["atomic", "granular"]],
    ["x-kubernetes-list-type", "array", ["atomic", "set", "map"]],
  ];
  for (const [extension, type, values] of kinds) {
    errors.push(...typeOf(schema, type, extension, path));
    if (extension === "x-kubernetes-list-type") errors.push(...setItemErrors(schema, path));
    const value = schema[extension];
    if (value !== undefined && !values.includes(value)) {
      errors.push(notSupported(path.child(extension), value, values));
    }
  }
  return errors;
}

function setItemErrors(schema: Draft, path: FieldPath): FieldError[] {
  if (schema["x-kubernetes-list-type"] !== "set" || schema.type !== "array" || !schema.items) return [];
  const { type } = schema.items;
  const member = type === "array" ? "x-kubernetes-list-type" : "x-kubernetes-map-type";
  const value = schema.items[member];
  const wrong =
    (type === "array" && value !== undefined && value !== "atomic") || (type === "object" && value !== "atomic");
  if (!wrong) return [];
  const message = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const shown = schema.items["x-kubernetes-list-type"] ?? null;
  return [invalidValue(path.child("items").child(member), shown, message)];
}

function mapItemErrors(schema: Draft, keys: readonly string[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { items } = schema;
  const at = path.child("x-kubernetes-list-map-keys");
  const whenMap = "parent array's x-kubernetes-list-type is map";
  if (!items) errors.push(required(path.child("items"), "must have a schema if x-kubernetes-list-type is map"));
  else if (items.type !== "object") {
    errors.push(invalidValue(path.child("items").child("type"), items.type ?? "", `must be object if ${whenMap}`));
  } else {
    for (const [position, key] of keys.entries()) {
      const property = items.properties?.[key];
      if (!property) errors.push(invalidValue(at, keys, "entries must all be names of item properties"));
      else if (property.type === "array" || property.type === "object") {
        const type = path.child("items").child("properties").key(key).child("type");
        errors.push(invalidValue(type, items.type, `must be a scalar type if ${whenMap}`));
      }
      if (keys.indexOf(key) < position) errors.push(invalidValue(at, keys, "must not contain duplicate entries"));
    }
  }
  return errors;
}

function listMapErrors(schema: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const type = schema["x-kubernetes-list-type"];
  const keys: string[] = schema["x-kubernetes-list-map-keys"] ?? [];
  if (keys.length > 0 && type !== "map") {
    const at = path.child("x-kubernetes-list-type");
    const message = "must be map if x-kubernetes-list-map-keys is non-empty";
    errors.push(type === undefined ? required(at, message) : invalidValue(at, type, message));
  }
  if (type !== "map") return errors;
  if (keys.length === 0) {
    const message = "must not be empty if x-kubernetes-list-type is map";
    errors.push(required(path.child("x-kubernetes-list-map-keys"), message));
  }
  return [...errors, ...mapItemErrors(schema, keys, path)];
}

function mapKeyErrors(schema: Draft, path: FieldPath): FieldError[] {
  const type = schema["x-kubernetes-list-type"];
  const { items } = schema;
  if (!items || (type !== "map" && type !== "set")) return [];
  const errors: FieldError[] = [];
  const at = path.child("items");
  if (items.nullable) {
    errors.push(forbiddenField(at.child("nullable"), `cannot be nullable when x-kubernetes-list-type is ${type}`));
  }
  for (const key of type === "map" ? (schema["x-kubernetes-list-map-keys"] ?? []) : []) {
    const property = items.properties?.[key];
    const own = at.child("properties").key(key);
    const start = "this property is in x-kubernetes-list-map-keys, so it";
    if (property && !items.required?.includes(key) && property.default === undefined) {
      errors.push(required(own.child("default"), `${start} must have a default or be a required property`));
    }
    if (property?.nullable) errors.push(forbiddenField(own.child("nullable"), `${start} cannot be nullable`));
  }
  return errors;
}

function ruleTextErrors(rule: Draft, path: FieldPath): FieldError[] {
  const text = String(rule.rule ?? "").trim();
  const message = String(rule.message ?? "").trim();
  if (text === "") return [required(path.child("rule"), "rule is not specified")];
  const at = path.child("message");
  if (rule.message && message === "") return [invalidValue(at, rule.message, "must be non-empty if specified")];
  if (/[\n\r]/.test(message)) return [invalidValue(at, rule.message, "must not contain line breaks")];
  if (!/[\n\r]/.test(text) || message !== "") return [];
  return [required(at, "message must be specified if rule contains line breaks")];
}

function fieldPathErrors(text: string | undefined, schema: Draft, path: FieldPath): FieldError[] {
  if (!text) return [];
  const errors: FieldError[] = [];
  if (text.trim() === "") errors.push(invalidValue(path, text, "must be non-empty if specified"));
  if (/[\n\r]/.test(text)) errors.push(invalidValue(path, text, "must not contain line breaks"));
  if (ruleFieldPath(text, schema) === undefined) errors.push(invalidValue(path, text, "must be a valid path"));
  return errors;
}

function ruleErrors(schema: Draft, path: FieldPath): FieldError[] {
  const rules: Draft[] = schema["x-kubernetes-validations"] ?? [];
  return rules.flatMap((rule, position) => {
    const at = path.child("x-kubernetes-validations").index(position);
    const errors = ruleTextErrors(rule, at);
    if (rule.messageExpression && rule.messageExpression.trim() === "") {
      errors.push(required(at.child("messageExpression"), "messageExpression must be non-empty if specified"));
    }
    if (rule.reason !== undefined && !REASONS.includes(rule.reason)) {
      errors.push(notSupported(at.child("reason"), rule.reason, REASONS));
    }
    return [...errors, ...fieldPathErrors(rule.fieldPath, schema, at.child("fieldPath"))];
  });
}

/** The schemas inside a schema, with their paths and what they are part of. */
function* children(schema: Draft, path: FieldPath, place: Place): Generator<[Draft, FieldPath, Place]> {
  const inside = { ...place, root: false };
  if (schema.additionalProperties && typeof schema.additionalProperties === "object") {
    yield [schema.additionalProperties, path.child("additionalProperties"), inside];
  }
  for (const name of Object.keys(schema.properties ?? {}).sort()) {
    const own = place.root && META.includes(name) ? { ...inside, noDefaults: `in top-level ${name}` } : inside;
    yield [schema.properties[name], path.child("properties").key(name), own];
  }
  if (schema.not) yield [schema.not, path.child("not"), inside];
  for (const member of ["allOf", "oneOf", "anyOf"]) {
    for (const [position, item] of (schema[member] ?? []).entries()) {
      yield [item, path.child(member).index(position), inside];
    }
  }
  if (schema.items && !Array.isArray(schema.items)) yield [schema.items, path.child("items"), inside];
}

/** What is wrong with a schema besides that it may not be structural. Rules in CEL are checked where they are compiled. */
export function schemaErrors(schema: Draft, path: FieldPath, place: Place = { root: true }): FieldError[] {
  const errors = standardErrors(schema, path, place);
  for (const [child, at, inside] of children(schema, path, place)) errors.push(...schemaErrors(child, at, inside));
  return [
    ...errors,
    ...extensionErrors(schema, path),
    ...listMapErrors(schema, path),
    ...mapKeyErrors(schema, path),
    ...ruleErrors(schema, path),
  ];
}
