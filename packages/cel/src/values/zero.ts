import { MIN_SECONDS } from "./time.ts";
import { type CelValue, DurationValue, ListValue, MapValue, TimestampValue, UintValue } from "./value.ts";

/** Whether a value is the empty one of its type: `0`, `""`, `false`, `null`, an empty list or map. */
export function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === "" || value === 0n || value === 0) return true;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof UintValue) return value.value === 0n;
  if (value instanceof DurationValue) return value.nanos === 0n;
  return value instanceof TimestampValue && value.seconds === MIN_SECONDS && value.nanos === 0;
}
