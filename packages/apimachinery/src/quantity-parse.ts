/** How a quantity is written. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** Billionths in a unit: the resolution of every quantity. */
export const NANO_PER_UNIT = 1_000_000_000n;

const MAX_LENGTH = 1000;
const MAX_EXPONENT = 1000;
/** The largest amount with a binary suffix: 2^63 - 1. */
const MAX_BINARY: bigint = ((1n << 63n) - 1n) * NANO_PER_UNIT;
/** Digits that upstream keeps in an int64; texts with more lose their spelling. */
const INT64_DIGITS = 18;

/** A text taken apart. `text` is set where upstream prints the text as it was written. */
interface QuantityParts {
  readonly format: QuantityFormat;
  /** Thousandths, when exact and safe; then `nano` means nothing. */
  readonly milli?: number;
  readonly nano: bigint;
  readonly text?: string;
}

interface Unit {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

const UNITS: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ...["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].map((suffix, index): [string, Unit] => [
    suffix,
    { format: "DecimalSI", exponent: index * 3 - 9 },
  ]),
  ...["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((suffix, index): [string, Unit] => [
    suffix,
    { format: "BinarySI", exponent: index * 10 + 10 },
  ]),
]);

const EXPONENT = /^[eE]([+-]?[0-9]+)$/;
const SHAPE = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** The parts, or the code of what is wrong. */
export function parseParts(text: string): QuantityParts | "QUANTITY_FORMAT" | "QUANTITY_SUFFIX" | "QUANTITY_RANGE" {
  const quick = parseCommon(text);
  if (quick !== undefined) return quick;
  if (text.length > MAX_LENGTH) return "QUANTITY_RANGE";
  const match = SHAPE.exec(text);
  if (match === null || text === "") return "QUANTITY_FORMAT";
  const [, sign = "", allDigits = "", fraction = "", suffix = ""] = match;
  const unit = UNITS.get(suffix) ?? exponentUnit(suffix);
  if (unit === undefined) return "QUANTITY_SUFFIX";
  if (Math.abs(unit.exponent) > MAX_EXPONENT) return "QUANTITY_RANGE";
  const digits = allDigits.replace(/^0+/, "") || "0";
  const spelled = keepsSpelling(digits, fraction, unit) ? { text } : {};
  return { ...amount(sign === "-", digits + fraction, fraction.length, unit), ...spelled };
}

/** One to nine digits without a leading zero, and at most one of the everyday units. */
function parseCommon(text: string): QuantityParts | undefined {
  if (text === "0") return { format: "DecimalSI", milli: 0, nano: 0n, text };
  let value = 0;
  let at = 0;
  for (; at < text.length && at < 10; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === 0 || at === 10 || text.charCodeAt(0) === 48) return undefined;
  const factor = COMMON.get(text.slice(at));
  if (factor === undefined || value * factor > Number.MAX_SAFE_INTEGER) return undefined;
  const binary = at + 2 === text.length;
  const keep = binary ? (value & 7) !== 0 : value % 1000 !== 0;
  const base = { format: binary ? ("BinarySI" as const) : ("DecimalSI" as const), milli: value * factor, nano: 0n };
  return keep ? { ...base, text } : base;
}

/** Thousandths per unit of the everyday suffixes. */
const COMMON: ReadonlyMap<string, number> = new Map([
  ["", 1000],
  ["m", 1],
  ["k", 1e6],
  ["M", 1e9],
  ["G", 1e12],
  ["Ki", 1024 * 1000],
  ["Mi", 1024 ** 2 * 1000],
  ["Gi", 1024 ** 3 * 1000],
]);

function exponentUnit(suffix: string): Unit | undefined {
  const match = EXPONENT.exec(suffix);
  return match === null ? undefined : { format: "DecimalExponent", exponent: Number(match[1]) };
}

/** Upstream prints a text unchanged when it fits an int64 and cannot be written shorter. */
function keepsSpelling(digits: string, fraction: string, unit: Unit): boolean {
  if (unit.format === "BinarySI") {
    const room = 15 - digits.length - Math.trunc((unit.exponent * 3) / 10) - 1;
    return fraction === "" && room >= 0 && (BigInt(digits) & 7n) !== 0n;
  }
  const scale = unit.exponent - fraction.length;
  const shifted = digits + fraction;
  if (shifted.length > INT64_DIGITS || scale < -9) return false;
  return scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

function amount(negative: boolean, digits: string, decimals: number, unit: Unit): QuantityParts {
  const unscaled = BigInt(digits);
  const binary = unit.format === "BinarySI";
  let nano = binary
    ? scaleToNano(unscaled << BigInt(unit.exponent), -decimals)
    : scaleToNano(unscaled, unit.exponent - decimals);
  if (binary && nano > MAX_BINARY) nano = MAX_BINARY;
  const small = binary && nano < NANO_PER_UNIT && nano > 0n;
  return { format: small ? "DecimalSI" : unit.format, nano: negative ? -nano : nano };
}

/** `value * 10^exponent` units in nano, rounded up. */
function scaleToNano(value: bigint, exponent: number): bigint {
  const scale = exponent + 9;
  if (scale >= 0) return value * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return (value + divisor - 1n) / divisor;
}
