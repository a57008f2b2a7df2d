import { isObject, type MutableObject, setMember } from "./member.ts";
import type { Draft } from "./resource-definition.ts";

/** A private, mutable copy of a JSON value, all the way down. */
export function thaw(value: unknown): Draft {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy = new Array(value.length);
    for (let at = 0; at < value.length; at++) copy[at] = thaw(value[at]);
    return copy;
  }
  const copy: MutableObject = {};
  for (const key in value) setMember(copy, key, thaw((value as MutableObject)[key]));
  return copy;
}

/** True when two JSON values are the same; members in any order, an undefined member counts as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(a, b, deepEqual);
  return equalObjects(a as MutableObject, b as MutableObject);
}

function equalLists(a: unknown, b: unknown, equal: (a: unknown, b: unknown) => boolean): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!equal(a[at], b[at])) return false;
  return true;
}

function equalObjects(a: MutableObject, b: MutableObject): boolean {
  let extra = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    if (!Object.hasOwn(b, key) || !deepEqual(a[key], b[key])) return false;
    extra++;
  }
  for (const key in b) if (b[key] !== undefined) extra--;
  return extra === 0;
}

/** True for what upstream's `Semantic.DeepEqual` takes for absent: null, "", 0, false, `[]`, `{}`. */
function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.length === 0;
  return Object.values(value).every(isEmptyValue);
}

/**
 * True when two objects mean the same: an empty value (null, "", 0, false, `[]`, `{}`) equals an absent member. Texts
 * that are equal quantities must be brought into canonical form before, as the decoder does.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return equalLists(a, b, semanticEqual);
  if (!isObject(a) || !isObject(b)) return isEmptyValue(a) && isEmptyValue(b);
  for (const key in a) if (!semanticEqual(a[key], Object.hasOwn(b, key) ? b[key] : undefined)) return false;
  for (const key in b) if (!Object.hasOwn(a, key) && !isEmptyValue(b[key])) return false;
  return true;
}
