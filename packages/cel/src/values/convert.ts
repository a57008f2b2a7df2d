import { quoteGo } from "@pinnace/apimachinery";
import { type CelType, DOUBLE } from "../types/cel-type.ts";
import {
  doubleToInt,
  doubleToUint,
  formatGeneral,
  formatPlain,
  INT_OVERFLOW,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  parseDouble,
  UINT_OVERFLOW,
} from "./numbers.ts";
import { formatTimestamp, MAX_SECONDS, MIN_SECONDS, parseDuration, parseTimestamp } from "./time.ts";
import { typeOfValue } from "./type-of.ts";
import { CelError, type CelValue, DurationValue, TimestampValue, UintValue } from "./value.ts";

const TIMESTAMP_OVERFLOW = new CelError("timestamp overflow");

function failure(value: CelValue, to: string): CelError {
  return new CelError(`type conversion error from '${typeOfValue(value)}' to '${to}'`);
}

export function toInt(value: CelValue): CelValue {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return doubleToInt(value);
  if (value instanceof UintValue) return value.value > MAX_INT ? INT_OVERFLOW : value.value;
  if (value instanceof DurationValue) return value.nanos;
  if (value instanceof TimestampValue) return BigInt(value.seconds);
  if (typeof value === "string" && /^[+-]?[0-9]+$/.test(value)) {
    const number = BigInt(value.replace(/^\+/, ""));
    if (number <= MAX_INT && number >= MIN_INT) return number;
  }
  return failure(value, "int");
}

export function toUint(value: CelValue): CelValue {
  if (value instanceof UintValue) return value;
  if (typeof value === "bigint") return value < 0n ? UINT_OVERFLOW : new UintValue(value);
  if (typeof value === "number") {
    const whole = doubleToUint(value);
    return whole instanceof CelError ? whole : new UintValue(whole);
  }
  if (typeof value === "string" && /^[0-9]+$/.test(value) && BigInt(value) <= MAX_UINT)
    return new UintValue(BigInt(value));
  return failure(value, "uint");
}

export function toDouble(value: CelValue): CelValue {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof UintValue) return Number(value.value);
  const number = typeof value === "string" ? parseDouble(value) : undefined;
  return number ?? failure(value, DOUBLE.name);
}

export function toBool(value: CelValue): CelValue {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") {
    if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  }
  return failure(value, "bool");
}

export function toBytes(value: CelValue): CelValue {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? new TextEncoder().encode(value) : failure(value, "bytes");
}

export function toDuration(value: CelValue): CelValue {
  if (value instanceof DurationValue) return value;
  if (typeof value === "bigint") return failure(value, "google.protobuf.Duration");
  const duration = typeof value === "string" ? parseDuration(value) : undefined;
  return duration ?? failure(value, "google.protobuf.Duration");
}

export function toTimestamp(value: CelValue): CelValue {
  if (value instanceof TimestampValue) return value;
  if (typeof value === "bigint") {
    const seconds = Number(value);
    return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? TIMESTAMP_OVERFLOW : new TimestampValue(seconds, 0);
  }
  const time = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (time === undefined) return failure(value, "google.protobuf.Timestamp");
  return time.seconds < MIN_SECONDS || time.seconds > MAX_SECONDS ? TIMESTAMP_OVERFLOW : time;
}

export function toText(value: CelValue): CelValue {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      return formatGeneral(value);
  }
  if (value instanceof UintValue) return String(value.value);
  if (value instanceof DurationValue) return formatDuration(value);
  if (value instanceof TimestampValue) return formatTimestamp(value);
  if (!(value instanceof Uint8Array)) return failure(value, "string");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

/** Seconds with a fraction and `s`, however long the span is. */
export function formatDuration({ nanos }: DurationValue): string {
  const [seconds, rest] = [nanos / 1_000_000_000n, nanos % 1_000_000_000n];
  return `${formatPlain(Number(seconds) + Number(rest) / 1e9)}s`;
}

/** Go's `%v` of a value, where errors and `join` show one. */
export function shown(value: CelValue): string {
  const text = toText(value);
  return typeof text === "string" ? text : quoteGo(String(value));
}

/** The type of a value as a value. */
export function toType(value: CelValue): CelType {
  return typeOfValue(value);
}
