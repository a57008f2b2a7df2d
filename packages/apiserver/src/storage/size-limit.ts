import { unknownError } from "@pinnace/apimachinery";
import type { ObjectValue } from "./object-value.ts";

/** The most bytes of a stored object: what etcd takes in one request (`--max-request-bytes`). */
const LIMIT = 1.5 * 1024 * 1024;
/** A UTF-16 unit takes at most this many bytes in JSON. */
const BYTES_OF_UNIT = 6;

/** Throws etcd's refusal (500) for an object that is too long. Only objects that might be are encoded for it. */
export function checkSize(value: ObjectValue): void {
  if (!mayExceed(value.object, LIMIT / BYTES_OF_UNIT)) return;
  if (value.bytes().length > LIMIT) throw unknownError("etcdserver: request is too large");
}

function mayExceed(object: object, limit: number): boolean {
  return unitsOf(object, limit) < 0;
}

/** What is left of `left` after the texts and members of a value; negative when it does not suffice. */
function unitsOf(value: unknown, left: number): number {
  if (typeof value === "string") return left - value.length - 1;
  if (typeof value !== "object" || value === null) return left - 4;
  let rest = left - 1;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && rest >= 0; index += 1) rest = unitsOf(value[index], rest);
    return rest;
  }
  for (const name in value) {
    rest = unitsOf((value as Record<string, unknown>)[name], rest - name.length - 1);
    if (rest < 0) break;
  }
  return rest;
}
