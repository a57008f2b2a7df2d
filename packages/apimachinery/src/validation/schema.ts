import { parseDuration } from "../duration.ts";
import {
  duplicate,
  type FieldError,
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from "../field-error.ts";
import { parseCidr, parseIp } from "../ip-address.ts";
import type { Schema } from "../schema.ts";
import { Correlation } from "./correlation.ts";
import { compileGoPattern } from "./go-pattern.ts";

/**
 * Everything wrong with a custom object's value under a structural schema, in the words of upstream's validator. What
 * `before` says is unchanged is taken as it is (KEP-4008).
 */
export function validateSchema(
  value: unknown,
  schema: Schema,
  path = "",
  before: Correlation = Correlation.none,
): FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, errors, before);
  return errors;
}

function check(value: unknown, schema: Schema, path: string, errors: FieldError[], before: Correlation): void {
  if (value === undefined) return;
  if (value === null && schema.nullable) return;
  const start = errors.length;
  checkValue(value, schema, path, errors, before);
  if (errors.length > start && before.unchanged) errors.length = start;
}

function checkValue(value: unknown, schema: Schema, path: string, errors: FieldError[], before: Correlation): void {
  const wrong = typeError(value, schema, path);
  if (wrong !== undefined) {
    errors.push(wrong);
    if (schema.type === "integer" && typeof value === "number")
      errors.push(invalidValue("<nil>", "", `Checked value must be of type integer (default format) in ${path}`));
    return;
  }
  if (schema.enum !== undefined && !schema.enum.some((each) => JSON.stringify(each) === JSON.stringify(value)))
    errors.push(
      notSupported(
        path,
        value,
        schema.enum.map((each) => (typeof each === "string" ? each : JSON.stringify(each))),
      ),
    );
  if (typeof value === "string") checkString(value, schema, path, errors);
  else if (typeof value === "number") checkNumber(value, schema, path, errors);
  else if (Array.isArray(value)) checkArray(value, schema, path, errors, before);
  else if (typeof value === "object" && value !== null)
    checkObject(value as Record<string, unknown>, schema, path, errors, before);
  checkCombinations(value, schema, path, errors);
}

function typeError(value: unknown, schema: Schema, path: string): FieldError | undefined {
  const actual = jsonType(value);
  const wrong = (type: string): FieldError =>
    typeInvalid(path, actual, `${bodyPath(path)} must be of type ${type}: "${actual}"`);
  if (schema["x-kubernetes-int-or-string"])
    return actual === "integer" || actual === "string" ? undefined : wrong("integer,string");
  const { type } = schema;
  if (type === undefined || type === actual || (type === "number" && actual === "integer")) return undefined;
  return wrong(type);
}

function bodyPath(path: string): string {
  return path === "" ? "in body" : `${path} in body`;
}

function jsonType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkString(value: string, schema: Schema, path: string, errors: FieldError[]): void {
  const length = [...value].length;
  const body = bodyPath(path);
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength)
    errors.push(invalidValue(path, value, `${body} should be at least ${schema.minLength} chars long`));
  if (schema.pattern !== undefined && !matches(schema.pattern, value))
    errors.push(invalidValue(path, value, `${body} should match '${schema.pattern}'`));
  const format = schema.format === undefined ? undefined : FORMATS[schema.format];
  if (format !== undefined && !format(value))
    errors.push(typeInvalid(path, value, `${body} must be of type ${schema.format}: ${JSON.stringify(value)}`));
}

/** A pattern that cannot be compiled is refused with its definition; here it matches everything. */
function matches(pattern: string, value: string): boolean {
  const compiled = compileGoPattern(pattern);
  return typeof compiled === "string" || compiled.test(value);
}

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  ipv4: (value) => parseIp(value)?.version === 4,
  ipv6: (value) => parseIp(value)?.version === 6,
  cidr: (value) => parseCidr(value) !== undefined,
  email: (value) => /^[^@\s]+@[^@\s]+$/.test(value),
  hostname: (value) => value.length <= 255 && /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,62})?([a-zA-Z0-9]){0,1}$/.test(value),
  uuid: (value) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(value),
  byte: (value) => /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0,
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  "date-time": (value) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) => isDuration(value),
  mac: (value) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(value),
};

function isDuration(value: string): boolean {
  try {
    return parseDuration(value) !== undefined;
  } catch {
    return false;
  }
}

function checkNumber(value: number, schema: Schema, path: string, errors: FieldError[]): void {
  const body = bodyPath(path);
  const { minimum, maximum, multipleOf } = schema;
  if (maximum !== undefined && (value > maximum || (schema.exclusiveMaximum && value === maximum)))
    errors.push(
      invalidValue(
        path,
        value,
        `${body} should be less than ${schema.exclusiveMaximum ? "" : "or equal to "}${maximum}`,
      ),
    );
  if (minimum !== undefined && (value < minimum || (schema.exclusiveMinimum && value === minimum)))
    errors.push(
      invalidValue(
        path,
        value,
        `${body} should be greater than ${schema.exclusiveMinimum ? "" : "or equal to "}${minimum}`,
      ),
    );
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    errors.push(invalidValue(path, value, `${body} should be a multiple of ${multipleOf}`));
}

function checkArray(
  value: readonly unknown[],
  schema: Schema,
  path: string,
  errors: FieldError[],
  before: Correlation,
): void {
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && value.length < minItems)
    errors.push(invalidValue(path, value.length, `${bodyPath(path)} should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  if (items !== undefined)
    for (const [index, item] of value.entries()) check(item, items, `${path}[${index}]`, errors, before.item(index));
  checkDuplicates(value, schema, path, errors);
}

/** Sets and maps hold each element once. */
function checkDuplicates(value: readonly unknown[], schema: Schema, path: string, errors: FieldError[]): void {
  const type = schema["x-kubernetes-list-type"];
  if (type !== "set" && type !== "map") return;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const identity = type === "set" ? item : keysOf(item, keys);
    const text = JSON.stringify(identity);
    if (seen.has(text)) errors.push(duplicate(`${path}[${index}]`, identity));
    seen.add(text);
  }
}

function keysOf(item: unknown, keys: readonly string[]): Record<string, unknown> {
  const object = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));
}

function checkObject(
  value: Record<string, unknown>,
  schema: Schema,
  path: string,
  errors: FieldError[],
  before: Correlation,
): void {
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const names = Object.keys(value);
  if (minProperties !== undefined && names.length < minProperties)
    errors.push(invalidValue(path, names.length, `${bodyPath(path)} should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && names.length > maxProperties)
    errors.push(tooMany(path, names.length, maxProperties));
  for (const name of schema.required ?? []) if (value[name] === undefined) errors.push(required(at(name)));
  for (const name of names) {
    const property = properties[name];
    const schemaOf = property ?? additionalProperties;
    if (typeof schemaOf === "object") check(value[name], schemaOf, at(name), errors, before.member(name));
  }
}

/** Combinations name no field of their own upstream: `<nil>`. */
function combination(path: string, text: string): FieldError {
  return invalidValue("<nil>", "", `"${path}" must validate ${text}`);
}

function checkCombinations(value: unknown, schema: Schema, path: string, errors: FieldError[]): void {
  const results = (list: readonly Schema[]): FieldError[][] => list.map((each) => validateSchema(value, each, path));
  if (schema.anyOf !== undefined) {
    const all = results(schema.anyOf);
    if (all.every((each) => each.length > 0)) errors.push(combination(path, "at least one schema (anyOf)"), ...all[0]!);
  }
  if (schema.oneOf !== undefined) {
    const all = results(schema.oneOf);
    const valid = all.filter((each) => each.length === 0).length;
    if (valid === 0) errors.push(combination(path, "one and only one schema (oneOf). Found none valid"), ...all[0]!);
    else if (valid > 1)
      errors.push(combination(path, `one and only one schema (oneOf). Found ${valid} valid alternatives`));
  }
  if (schema.allOf !== undefined) {
    const all = results(schema.allOf);
    if (all.some((each) => each.length > 0)) errors.push(...all.flat(), combination(path, "all the schemas (allOf)"));
  }
  if (schema.not !== undefined && validateSchema(value, schema.not, path).length === 0)
    errors.push(invalidValue("<nil>", "", `"${path}" must not validate the schema (not)`));
}
