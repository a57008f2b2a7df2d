import { isObject, type MutableObject, memberOf } from "../member.ts";
import { compareTyped } from "./compare-typed.ts";
import { FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { toFieldSet } from "./to-field-set.ts";
import { typedErrors } from "./validate-typed.ts";

/** Where client-side apply keeps what it applied last. */
export const LAST_APPLIED_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** The annotation's text; undefined when there is none. */
export function lastAppliedOf(object: unknown): string | undefined {
  const text = memberOf(annotationsOf(object), LAST_APPLIED_ANNOTATION);
  return typeof text === "string" && text !== "" ? text : undefined;
}

function annotationsOf(object: unknown): MutableObject | undefined {
  const metadata = isObject(object) ? object.metadata : undefined;
  const annotations = isObject(metadata) ? metadata.annotations : undefined;
  return isObject(annotations) ? annotations : undefined;
}

/**
 * The fields that client-side apply set and nobody changed since: `kubectl apply --server-side` may take them over without a
 * conflict.
 */
export function fieldsOfLastApplied(live: unknown, apiVersion: string, type: FieldType): FieldSet {
  const applied = parseApplied(lastAppliedOf(live));
  if (!isObject(applied) || applied.apiVersion !== apiVersion) return FieldSet.EMPTY;
  if (typedErrors(applied, type).length > 0) return FieldSet.EMPTY;
  const { removed, modified, added } = compareTyped(applied, live, type);
  return toFieldSet(applied, type).difference(modified).difference(added).difference(removed);
}

/** A text that is no JSON was written by no kubectl: nothing can be said about it. */
function parseApplied(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object with the annotation rewritten to what was applied now, so that client-side apply can go on from there. */
export function withLastApplied(object: unknown, applied: unknown): unknown {
  if (!isObject(object)) return object;
  const metadata = object.metadata as MutableObject;
  const annotations = {
    ...annotationsOf(object),
    [LAST_APPLIED_ANNOTATION]: `${sortedJson(withoutAnnotation(applied))}\n`,
  };
  return { ...object, metadata: { ...metadata, annotations } };
}

function withoutAnnotation(applied: unknown): unknown {
  const annotations = annotationsOf(applied);
  if (annotations === undefined || !isObject(applied)) return applied;
  const { [LAST_APPLIED_ANNOTATION]: _, ...rest } = annotations;
  return { ...applied, metadata: { ...(applied.metadata as MutableObject), annotations: rest } };
}

/** JSON with sorted members, as Go writes maps. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${sortedJson(value[name])}`).join(",")}}`;
}
