import { jsonKind } from "../codec/decode-fields.ts";
import { isObject, type MutableObject, memberOf, setMember } from "../member.ts";
import { badRequest } from "../status-errors.ts";

/**
 * Applies a JSON merge patch (RFC 7386): members replace, objects merge, null removes. Takes frozen values, changes nothing, and
 * shares what it does not touch. Throws StatusError 400 when the patch is no object.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type map[string]interface {}`,
    );
  }
  return merge(target, patch);
}

function merge(target: unknown, patch: MutableObject): MutableObject {
  const merged: MutableObject = isObject(target) ? { ...target } : {};
  for (const name of Object.keys(patch)) {
    const value = patch[name];
    if (value === null) delete merged[name];
    else setMember(merged, name, isObject(value) ? merge(memberOf(merged, name), value) : value);
  }
  return merged;
}

/**
 * The merge patch that turns `from` into `to`; undefined when they are equal. Members that are null in `to` cannot be told from
 * removed ones (RFC 7386).
 */
export function createMergePatch(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return JSON.stringify(from) === JSON.stringify(to) ? undefined : to;
  const patch: MutableObject = {};
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) setMember(patch, name, null);
  for (const name of Object.keys(to)) {
    const change = Object.hasOwn(from, name) ? createMergePatch(from[name], to[name]) : to[name];
    if (change !== undefined) setMember(patch, name, change);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
