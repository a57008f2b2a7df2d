import { UintValue } from "../values/value.ts";
import type { Literal } from "./ast.ts";
import { T, type Token } from "./tokens.ts";

/** Texts that a literal could not be read with; upstream's words. */
export class LiteralError extends Error {}

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/**
 * The value of a literal; undefined when the token is none. Throws {@link LiteralError} when the literal has no value,
 * such as numbers that do not fit 64 bits.
 */
export function readLiteral({ type, text }: Token, sign: "" | "-"): Literal["value"] | undefined {
  switch (type) {
    case T.int:
      return readInt(sign, text);
    case T.float:
      return readDouble(sign, text);
    case T.uint:
      return readUint(text);
    case T.string:
      return readString(text);
    case T.bytes:
      return readBytes(text);
    case T.true:
    case T.false:
      return type === T.true;
    case T.null:
      return null;
    default:
      return undefined;
  }
}

/** `12`, `-12` or `0x1F`. */
function readInt(sign: string, text: string): bigint {
  const value = sign === "-" ? -BigInt(text) : BigInt(text);
  if (value < MIN_INT || value > MAX_INT) throw new LiteralError("invalid int literal");
  return value;
}

/** `12u` or `0x1Fu`. */
function readUint(text: string): UintValue {
  const value = BigInt(text.slice(0, -1));
  if (value > MAX_UINT) throw new LiteralError("invalid uint literal");
  return new UintValue(value);
}

/** `1.5e3`. */
function readDouble(sign: string, text: string): number {
  const value = Number(sign + text);
  if (!Number.isFinite(value)) throw new LiteralError("invalid double literal");
  return value;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  "?": "?",
};

/** The text in a string literal, with its quotes. Throws {@link LiteralError}. */
function readString(literal: string): string {
  const { body, raw } = unquote(literal);
  if (raw || !body.includes("\\")) return body;
  return body.replace(
    /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))/gsu,
    unescaped,
  );
}

function unescaped(_all: string, x?: string, u?: string, long?: string, octal?: string, simple?: string): string {
  if (simple !== undefined) return SIMPLE[simple] ?? "";
  const code = octal === undefined ? Number.parseInt(x ?? u ?? long ?? "", 16) : Number.parseInt(octal, 8);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new LiteralError("invalid unicode code point");
  return String.fromCodePoint(code);
}

/** The bytes in a bytes literal, with its prefix and quotes. `\x` and octal escapes are single bytes. */
function readBytes(literal: string): Uint8Array {
  const { body, raw } = unquote(literal.slice(1));
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const parts = raw ? [body] : body.split(/(\\(?:[xX][0-9a-fA-F]{2}|[0-3][0-7]{2}|.))/s);
  for (const part of parts) {
    if (raw || !part.startsWith("\\")) for (const byte of encoder.encode(part)) bytes.push(byte);
    else bytes.push(byteOf(part.slice(1)));
  }
  return Uint8Array.from(bytes);
}

function byteOf(sequence: string): number {
  if (/^[uU]/.test(sequence)) throw new LiteralError("unable to unescape string");
  if (/^[xX]/.test(sequence)) return Number.parseInt(sequence.slice(1), 16);
  if (/^[0-3]/.test(sequence)) return Number.parseInt(sequence, 8);
  return (SIMPLE[sequence] ?? "").charCodeAt(0);
}

function unquote(literal: string): { readonly body: string; readonly raw: boolean } {
  const text = literal.replace(/\r\n?/g, "\n");
  const raw = /^[rR]/.test(text);
  const quoted = raw ? text.slice(1) : text;
  const width = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1;
  return { body: quoted.slice(width, -width), raw };
}
