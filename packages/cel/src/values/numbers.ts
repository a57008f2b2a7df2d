import { CelError } from "./value.ts";

export const MIN_INT: bigint = -(2n ** 63n);
export const MAX_INT: bigint = 2n ** 63n - 1n;
export const MAX_UINT: bigint = 2n ** 64n - 1n;

export const INT_OVERFLOW: CelError = new CelError("integer overflow");
export const UINT_OVERFLOW: CelError = new CelError("unsigned integer overflow");

/** The number when it fits 64 bits with a sign, else an error. */
export function checkedInt(value: bigint): bigint | CelError {
  return value > MAX_INT || value < MIN_INT ? INT_OVERFLOW : value;
}

/** A double without its fraction; an error beyond 64 bits. */
export function doubleToInt(value: number): bigint | CelError {
  if (!Number.isFinite(value) || value <= -(2 ** 63) || value >= 2 ** 63) return INT_OVERFLOW;
  return BigInt(Math.trunc(value));
}

export function doubleToUint(value: number): bigint | CelError {
  return !Number.isFinite(value) || value < 0 || value >= 2 ** 64 ? UINT_OVERFLOW : BigInt(Math.trunc(value));
}

interface Digits {
  readonly negative: boolean;
  readonly digits: string;
  /** Where the point is: the value is 0.digits times ten to this. */
  readonly point: number;
}

function digitsOf(value: number): Digits {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  const negative = value < 0 || Object.is(value, -0);
  return { negative, digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

/** Without an exponent: Go's `FormatFloat(value, 'f', -1, 64)`. */
export function formatPlain(value: number): string {
  if (!Number.isFinite(value)) return formatGeneral(value);
  const { negative, digits, point } = digitsOf(value);
  const sign = negative ? "-" : "";
  if (digits === "0") return `${sign}0`;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits.padEnd(point, "0")}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The shortest text, with an exponent for what is large or small: Go's `%g` and `%v`. */
export function formatGeneral(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const { negative, digits, point } = digitsOf(value);
  const exponent = digits === "0" ? 0 : point - 1;
  if (exponent >= -4 && exponent < 6) return formatPlain(value);
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${negative ? "-" : ""}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** Go's `strconv.ParseFloat`; undefined when the text is none or too large. */
export function parseDouble(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (/nan/i.test(special[2] as string)) return special[1] === "" ? Number.NaN : undefined;
    return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
