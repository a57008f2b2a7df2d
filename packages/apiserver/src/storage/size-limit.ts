import { unknownError } from "@pinnace/apimachinery";
import type { ObjectValue } from "./object-value.ts";

/** The most bytes of a stored object: what etcd takes in one request (`--max-request-bytes`). */
const LIMIT = 1.5 * 1024 * 1024;
/** A UTF-16 unit takes at most this many bytes in JSON. */
const BYTES_OF_UNIT = 6;

/** Throws etcd's refusal (500) for an object that is too long. Only objects that might be are encoded for it. */
export function checkSize(value: ObjectValue): void {
  if (value.units * BYTES_OF_UNIT <= LIMIT) return;
  if (value.bytes().length > LIMIT) throw unknownError("etcdserver: request is too large");
}
