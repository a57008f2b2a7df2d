import type { Json } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import { formatDuration } from "./convert.ts";
import { sourceOf } from "./dynamic.ts";
import { formatTimestamp } from "./time.ts";
import { typeOfValue } from "./type-of.ts";
import {
  type CelValue,
  DurationValue,
  ListValue,
  MapValue,
  OptionalValue,
  TimestampValue,
  UintValue,
} from "./value.ts";

/** `CEL_NOT_JSON`: the value, or something in it, has no form in JSON; change the expression. */
export type ToJsonErrorCode = "CEL_NOT_JSON";

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A value as JSON: bytes as base64, times as RFC 3339, durations in seconds (`3600s`), whole numbers beyond 2^53 as
 * texts. Throws CodedError `CEL_NOT_JSON`.
 */
export function toJson(value: CelValue): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return wholeNumber(value);
  if (value instanceof UintValue) return wholeNumber(value.value);
  const source = sourceOf(value);
  if (source !== undefined) return source;
  if (value instanceof ListValue) return Array.from({ length: value.size }, (_, index) => toJson(value.at(index)));
  if (value instanceof MapValue) return members(value);
  if (value instanceof Uint8Array) return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
  if (value instanceof TimestampValue) return formatTimestamp(value);
  if (value instanceof DurationValue) return formatDuration(value);
  if (value instanceof OptionalValue && value.value !== undefined) return toJson(value.value);
  throw new CodedError<ToJsonErrorCode>("CEL_NOT_JSON", `a value of type ${typeOfValue(value)} has no form in JSON`);
}

function wholeNumber(value: bigint): Json {
  return value > MAX_SAFE || value < -MAX_SAFE ? String(value) : Number(value);
}

function members(map: MapValue): Json {
  const entries = map.keys().map((key) => {
    if (typeof key !== "string") {
      const type = typeOfValue(key);
      throw new CodedError<ToJsonErrorCode>("CEL_NOT_JSON", `map key of type ${type} is not a string`);
    }
    return [key, toJson(map.find(key) as CelValue)] as const;
  });
  return Object.fromEntries(entries);
}
