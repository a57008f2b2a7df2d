import { NO_SUCH_OVERLOAD } from "./compare.ts";
import { checkedInt, INT_OVERFLOW, MAX_UINT, MIN_INT, UINT_OVERFLOW } from "./numbers.ts";
import { MAX_SECONDS, MIN_SECONDS } from "./time.ts";
import { CelError, type CelValue, DurationValue, ListValue, MapValue, TimestampValue, UintValue } from "./value.ts";

/** Upstream's error for a value that has no such operator at all; texts and times have one of their own. */
export function noOperator(value: CelValue, name: string): CelError {
  const receives = typeof value === "string" || value instanceof TimestampValue || value instanceof DurationValue;
  return receives ? NO_SUCH_OVERLOAD : new CelError(`no such overload: ${name}`);
}

const DIVISION_BY_ZERO = new CelError("division by zero");
const MODULUS_BY_ZERO = new CelError("modulus by zero");
const NANOS_PER_SECOND = 1_000_000_000n;

function checkedUint(value: bigint): CelValue {
  return value < 0n || value > MAX_UINT ? UINT_OVERFLOW : new UintValue(value);
}

function checkedDuration(nanos: bigint): CelValue {
  const checked = checkedInt(nanos);
  return checked instanceof CelError ? checked : new DurationValue(checked);
}

function later(time: TimestampValue, nanos: bigint): CelValue {
  let seconds = time.seconds + Number(nanos / NANOS_PER_SECOND);
  let rest = time.nanos + Number(nanos % NANOS_PER_SECOND);
  if (rest < 0) [seconds, rest] = [seconds - 1, rest + 1e9];
  else if (rest >= 1e9) [seconds, rest] = [seconds + 1, rest - 1e9];
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return new CelError("timestamp overflow");
  return new TimestampValue(seconds, rest);
}

export function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint") return typeof b === "bigint" ? checkedInt(a + b) : NO_SUCH_OVERLOAD;
  if (typeof a === "string") return typeof b === "string" ? a + b : NO_SUCH_OVERLOAD;
  if (typeof a === "number") return typeof b === "number" ? a + b : NO_SUCH_OVERLOAD;
  if (a instanceof ListValue) return b instanceof ListValue ? a.concat(b) : NO_SUCH_OVERLOAD;
  if (a instanceof UintValue) return b instanceof UintValue ? checkedUint(a.value + b.value) : NO_SUCH_OVERLOAD;
  if (a instanceof DurationValue) return addToDuration(a, b);
  if (a instanceof TimestampValue) return b instanceof DurationValue ? later(a, b.nanos) : NO_SUCH_OVERLOAD;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? concatenated(a, b) : NO_SUCH_OVERLOAD;
  return noOperator(a, "_+_");
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function addToDuration(a: DurationValue, b: CelValue): CelValue {
  if (b instanceof DurationValue) return checkedDuration(a.nanos + b.nanos);
  return b instanceof TimestampValue ? later(b, a.nanos) : NO_SUCH_OVERLOAD;
}

export function subtract(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint") return typeof b === "bigint" ? checkedInt(a - b) : NO_SUCH_OVERLOAD;
  if (typeof a === "number") return typeof b === "number" ? a - b : NO_SUCH_OVERLOAD;
  if (a instanceof UintValue) return b instanceof UintValue ? checkedUint(a.value - b.value) : NO_SUCH_OVERLOAD;
  if (a instanceof DurationValue)
    return b instanceof DurationValue ? checkedDuration(a.nanos - b.nanos) : NO_SUCH_OVERLOAD;
  if (a instanceof TimestampValue) {
    if (b instanceof DurationValue) return later(a, -b.nanos);
    return b instanceof TimestampValue ? between(a, b) : NO_SUCH_OVERLOAD;
  }
  return noOperator(a, "_-_");
}

function between(a: TimestampValue, b: TimestampValue): CelValue {
  return checkedDuration(BigInt(a.seconds - b.seconds) * NANOS_PER_SECOND + BigInt(a.nanos - b.nanos));
}

export function multiply(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint") return typeof b === "bigint" ? checkedInt(a * b) : NO_SUCH_OVERLOAD;
  if (typeof a === "number") return typeof b === "number" ? a * b : NO_SUCH_OVERLOAD;
  if (a instanceof UintValue) return b instanceof UintValue ? checkedUint(a.value * b.value) : NO_SUCH_OVERLOAD;
  return noOperator(a, "_*_");
}

export function divide(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint") {
    if (typeof b !== "bigint") return NO_SUCH_OVERLOAD;
    return b === 0n ? DIVISION_BY_ZERO : checkedInt(a / b);
  }
  if (typeof a === "number") return typeof b === "number" ? a / b : NO_SUCH_OVERLOAD;
  if (!(a instanceof UintValue)) return noOperator(a, "_/_");
  if (!(b instanceof UintValue)) return NO_SUCH_OVERLOAD;
  return b.value === 0n ? DIVISION_BY_ZERO : new UintValue(a.value / b.value);
}

export function modulo(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint") {
    if (typeof b !== "bigint") return NO_SUCH_OVERLOAD;
    if (b === 0n) return MODULUS_BY_ZERO;
    return a === MIN_INT && b === -1n ? INT_OVERFLOW : a % b;
  }
  if (!(a instanceof UintValue)) return noOperator(a, "_%_");
  if (!(b instanceof UintValue)) return NO_SUCH_OVERLOAD;
  return b.value === 0n ? MODULUS_BY_ZERO : new UintValue(a.value % b.value);
}

export function negate(a: CelValue): CelValue {
  if (typeof a === "bigint") return checkedInt(-a);
  if (typeof a === "number") return -a;
  if (typeof a === "boolean") return NO_SUCH_OVERLOAD;
  return a instanceof DurationValue ? checkedDuration(-a.nanos) : noOperator(a, "-_");
}

export function not(a: CelValue): CelValue {
  return typeof a === "boolean" ? !a : NO_SUCH_OVERLOAD;
}

/** How many characters, bytes, items or entries; undefined for what has no size. */
export function sizeOf(value: CelValue): number | undefined {
  if (typeof value === "string") return textSize(value);
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  return value instanceof Uint8Array ? value.length : undefined;
}

/** The number of code points. */
function textSize(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    const high = text.charCodeAt(at);
    if (high < 0xd800 || high > 0xdbff) continue;
    const low = text.charCodeAt(at + 1);
    if (low >= 0xdc00 && low <= 0xdfff) {
      count--;
      at++;
    }
  }
  return count;
}

export function size(value: CelValue): CelValue {
  const found = sizeOf(value);
  return found === undefined ? noOperator(value, "size") : BigInt(found);
}
