import { CelType } from "../types/cel-type.ts";
import {
  CelError,
  type CelValue,
  DurationValue,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  TimestampValue,
  UintValue,
} from "./value.ts";

export const NO_SUCH_OVERLOAD: CelError = new CelError("no such overload");

/** Equality in the sense of `==`: values of different kinds differ, but numbers are compared across kinds. */
export function equals(a: CelValue, b: CelValue): boolean | CelError {
  if (a === b) return !(typeof a === "number" && Number.isNaN(a));
  if (a === null || b === null) return false;
  switch (typeof a) {
    case "bigint":
    case "number":
      return numberEquals(a, b);
    case "string":
    case "boolean":
      return false;
  }
  if (a instanceof ListValue || a instanceof MapValue || a instanceof OpaqueValue) return a.equals(b);
  if (a instanceof UintValue) return numberEquals(a.value, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof TimestampValue) {
    return b instanceof TimestampValue && a.seconds === b.seconds && a.nanos === b.nanos;
  }
  if (a instanceof DurationValue) return b instanceof DurationValue && a.nanos === b.nanos;
  if (a instanceof OptionalValue) return optionalEquals(a, b);
  if (a instanceof CelType) return b instanceof CelType && a.kind === b.kind && a.name === b.name;
  return a;
}

function optionalEquals(a: OptionalValue, b: CelValue): boolean | CelError {
  if (!(b instanceof OptionalValue)) return false;
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equals(a.value, b.value);
}

function numberEquals(a: bigint | number, b: CelValue): boolean {
  const other = b instanceof UintValue ? b.value : b;
  if (typeof other !== "bigint" && typeof other !== "number") return false;
  // One side is a double: upstream compares as doubles, within the range of the integer.
  if (typeof a === typeof other) return a === other;
  return Number(a) === Number(other);
}

/** -1, 0 or 1, or an error when the values have no order. */
export function compare(a: CelValue, b: CelValue): number | CelError {
  const [left, right] = [orderOf(a), orderOf(b)];
  if (left === undefined || right === undefined || left.kind !== right.kind) {
    return b instanceof CelError ? b : NO_SUCH_OVERLOAD;
  }
  if (left.kind === "number") return compareNumbers(left.value as bigint | number, right.value as bigint | number);
  if (left.kind === "string") return compareText(a as string, b as string);
  if (left.kind === "bytes") return compareBytes(a as Uint8Array, b as Uint8Array);
  if (left.kind === "timestamp") return compareTimes(a as TimestampValue, b as TimestampValue);
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}

interface Order {
  readonly kind: "number" | "string" | "bool" | "bytes" | "timestamp" | "duration";
  readonly value: bigint | number | boolean | string;
}

/** True for values that `<` has a meaning for. */
export function isComparable(value: CelValue): boolean {
  return orderOf(value) !== undefined;
}

function orderOf(value: CelValue): Order | undefined {
  if (typeof value === "bigint" || typeof value === "number") return { kind: "number", value };
  if (typeof value === "string") return { kind: "string", value };
  if (typeof value === "boolean") return { kind: "bool", value };
  if (value instanceof UintValue) return { kind: "number", value: value.value };
  if (value instanceof Uint8Array) return { kind: "bytes", value: 0 };
  if (value instanceof TimestampValue) return { kind: "timestamp", value: 0 };
  return value instanceof DurationValue ? { kind: "duration", value: value.nanos } : undefined;
}

function compareNumbers(a: bigint | number, b: bigint | number): number | CelError {
  if (Number.isNaN(a) || Number.isNaN(b)) return new CelError("NaN values cannot be ordered");
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [Number(a), Number(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareTimes(a: TimestampValue, b: TimestampValue): number {
  return Math.sign(a.seconds - b.seconds || a.nanos - b.nanos);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

/** By code points, which is the order of UTF-8 bytes. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a[at] === b[at]) continue;
    const [left, right] = [a.codePointAt(at) as number, b.codePointAt(at) as number];
    // A surrogate stands for something beyond U+FFFF, also when only its second half differs.
    const rank = (code: number): number => (code >= 0xd800 && code <= 0xdfff ? 0x10000 + code : code);
    return rank(left) < rank(right) ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}
