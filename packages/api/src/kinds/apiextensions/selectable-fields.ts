import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, invalidValue, required, tooMany } from "@pinnace/apimachinery";

const MAX_FIELDS = 8;
const SELECTABLE_TYPES = ["string", "boolean", "integer"];
const WRONG_TYPE =
  "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";

/** The schema that a path leads to, or why the path is none. Names stand after a dot, or quoted in brackets. */
function follow(text: string, root: Draft): Draft | string {
  let schema = root;
  for (let rest = text; rest !== ""; ) {
    const step = /^(?:\.([^.[\]]+)|\['([^']*)'\]|(\[\d+\]))/.exec(rest);
    if (step === null) return unexpected(rest);
    if (step[3] !== undefined) return "array notation is not allowed";
    const name = step[1] ?? step[2] ?? "";
    schema = schema.properties?.[name] ?? schema.additionalProperties;
    if (typeof schema !== "object") return "does not refer to a valid field";
    rest = rest.slice(step[0].length);
  }
  return schema;
}

function unexpected(rest: string): string {
  const token = /^[^.[\]]+/.exec(rest)?.[0];
  if (token !== undefined) return `expected [ or . but got: ${token}`;
  return rest.length > 1 ? `unexpected token: ${rest[1]}` : "unexpected end of JSON path";
}

/** Everything wrong with the fields that objects of one version may be selected by. */
export function selectableFieldErrors(
  selectable: readonly Draft[] | undefined,
  schema: Draft,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [position, { jsonPath = "" }] of (selectable ?? []).entries()) {
    const at = path.index(position).child("jsonPath");
    if (jsonPath === "") {
      errors.push(required(at));
      continue;
    }
    const found = follow(jsonPath, schema ?? {});
    if (typeof found === "string") {
      errors.push(invalidValue(at, jsonPath, `is an invalid path: ${found}`));
      continue;
    }
    if (!SELECTABLE_TYPES.includes(found.type)) errors.push(invalidValue(at, jsonPath, WRONG_TYPE));
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > MAX_FIELDS) errors.push(tooMany(path, seen.size, MAX_FIELDS));
  return errors;
}
