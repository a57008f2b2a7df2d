import { parseDuration } from "../duration.ts";
import { quoteGo } from "../go-quote.ts";
import { Quantity } from "../quantity.ts";
import { Remembered } from "../remembered.ts";
import { formatMicroTime, formatTime, parseMicroTime, parseTime } from "../time.ts";

/** A scalar as the API stores it, or what is wrong with it. */
interface DecodedScalar {
  readonly value?: unknown;
  /** What the JSON holds instead, as Go names it: `string`, `number 1.5`. */
  readonly mismatch?: string;
  /** A message that says all. */
  readonly error?: string;
}

const MAX_INT32 = 2_147_483_647;
const MAX_INT64 = 2 ** 63;

/** Checks a scalar of this kind and brings it into its canonical form. `literal` is the text of an unusual number. */
export function decodeScalar(value: unknown, kind: string, literal?: string): DecodedScalar {
  switch (kind) {
    case "string":
      return typeof value === "string" ? { value } : { mismatch: kindOf(value) };
    case "bool":
      return typeof value === "boolean" ? { value } : { mismatch: kindOf(value) };
    case "int32":
    case "int64":
      return decodeInteger(value, kind, literal);
    case "double":
      return typeof value === "number" ? { value } : { mismatch: kindOf(value) };
    case "int-or-string":
      return typeof value === "string" ? { value } : decodeInteger(value, "int32", literal);
    case "quantity":
      return decodeQuantity(value, literal);
    case "bytes":
      return typeof value === "string" ? decodeBytes(value) : { mismatch: kindOf(value) };
    default:
      return typeof value === "string" ? decodeTimeText(value, kind) : { mismatch: kindOf(value) };
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function decodeInteger(value: unknown, kind: "int32" | "int64", literal: string | undefined): DecodedScalar {
  if (typeof value !== "number") return { mismatch: kindOf(value) };
  const text = literal ?? String(value);
  const fits =
    kind === "int32" ? value <= MAX_INT32 && value >= -MAX_INT32 - 1 : value < MAX_INT64 && value >= -MAX_INT64;
  return Number.isInteger(value) && fits && !/[.eE]/.test(text) ? { value } : { mismatch: `number ${text}` };
}

function decodeQuantity(value: unknown, literal: string | undefined): DecodedScalar {
  const text = typeof value === "string" ? value.trim() : (literal ?? JSON.stringify(value));
  try {
    return { value: Quantity.parse(text).toString() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function canonicalTime(
  parse: (text: string) => ReturnType<typeof parseTime>,
  format: (time: number) => string,
): (text: string) => DecodedScalar {
  const known = new Remembered<DecodedScalar>((text) => {
    const parsed = parse(text);
    return typeof parsed === "number" ? { value: format(parsed) } : { error: parsed.error };
  });
  return (text) => known.get(text)!;
}

const times = canonicalTime(parseTime, formatTime);
const microTimes = canonicalTime(parseMicroTime, formatMicroTime);

function decodeTimeText(text: string, kind: string): DecodedScalar {
  if (kind === "time") return times(text);
  if (kind === "micro-time") return microTimes(text);
  return parseDuration(text) === undefined ? { error: `time: invalid duration ${quoteGo(text)}` } : { value: text };
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeBytes(text: string): DecodedScalar {
  const plain = text.includes("\n") || text.includes("\r") ? text.replace(/[\r\n]/g, "") : text;
  if (BASE64.test(plain)) return { value: plain };
  return { error: `illegal base64 data at input byte ${firstBadByte(plain)}` };
}

/** Where Go's decoder stops: the first byte outside the alphabet, else the place of the missing padding. */
function firstBadByte(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/]/);
  if (bad < 0) return text.length - (text.length % 4);
  if (text[bad] !== "=") return bad;
  return bad % 4 < 2 ? bad : Math.min(text.length, bad - (bad % 4) + 4);
}
