import { quoteGo } from "@pinnace/apimachinery";
import { CelType } from "../types/cel-type.ts";
import { toText } from "../values/convert.ts";
import { typeOfValue } from "../values/type-of.ts";
import {
  CelError,
  type CelValue,
  DurationValue,
  ListValue,
  MapValue,
  TimestampValue,
  UintValue,
} from "../values/value.ts";
import { type Clause, clauseError, type FormatError, readFormat } from "./format-clauses.ts";

/** `"%d of %s".format([1, "x"])`. Numbers are written as in English. */
export function format(text: string, args: ListValue): CelValue {
  const result = readFormat(text, args.size, (clause, index) => formatOne(clause, args.at(index)));
  return typeof result === "string" ? result : new CelError(result.message);
}

function formatOne(clause: Clause, value: CelValue): string | FormatError {
  const text = textOf(clause, value);
  return text ?? { message: clauseError(clause.kind, typeOfValue(value).name) };
}

function textOf({ kind, precision }: Clause, value: CelValue): string | undefined {
  switch (kind) {
    case "s":
      return plain(value);
    case "d":
      return integer(value)?.toString();
    case "f":
      return grouped(double(value), precision);
    case "e":
      return scientific(double(value), precision);
    case "b":
      return typeof value === "boolean" ? (value ? "1" : "0") : integer(value)?.toString(2);
    case "o":
      return integer(value)?.toString(8);
    case "x":
      return hex(value);
    case "X":
      return hex(value)?.toUpperCase();
  }
}

function integer(value: CelValue): bigint | undefined {
  return typeof value === "bigint" ? value : value instanceof UintValue ? value.value : undefined;
}

function double(value: CelValue): number | undefined {
  if (typeof value === "number") return value;
  if (value === "NaN") return Number.NaN;
  return value === "Infinity" || value === "-Infinity" ? Number(value) : undefined;
}

function hex(value: CelValue): string | undefined {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return integer(value)?.toString(16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function special(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
}

function grouped(value: number | undefined, precision: number): string | undefined {
  if (value === undefined || !Number.isFinite(value)) return value === undefined ? undefined : special(value);
  const [whole, fraction] = fixed(value, precision).split(".") as [string, string | undefined];
  const groups = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** Exact also where numbers are large. */
function fixed(value: number, precision: number): string {
  if (Math.abs(value) < 1e21) return value.toFixed(Math.min(precision, 100));
  return precision === 0 ? String(BigInt(value)) : `${BigInt(value)}.${"0".repeat(precision)}`;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Upstream takes the precision for the least width, and always shows six digits. */
function scientific(value: number | undefined, precision: number): string | undefined {
  if (value === undefined) return undefined;
  const text = Number.isFinite(value) ? powerOfTen(value) : special(value);
  return " ".repeat(Math.max(0, precision - [...text].length)) + text;
}

function powerOfTen(value: number): string {
  const [mantissa, exponent] = value.toExponential(6).split("e") as [string, string];
  const digits = Math.abs(Number(exponent)).toString().padStart(2, "0");
  const raised = [...digits].map((digit) => RAISED[Number(digit)]).join("");
  return `${mantissa}×10${Number(exponent) < 0 ? "⁻" : ""}${raised}`;
}

/** As `%s` shows a value; undefined for what it cannot show. */
function plain(value: CelValue): string | undefined {
  if (value === null) return "null";
  if (value instanceof ListValue) return listText(value);
  if (value instanceof MapValue) return mapText(value);
  if (value instanceof CelType) return value.name;
  const text = toText(value);
  return typeof text === "string" ? text : undefined;
}

/** As a value is shown within a list or a map: the way it is written in an expression. */
function nested(value: CelValue): string | undefined {
  if (typeof value === "string") return quoteGo(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof UintValue) return String(value.value);
  if (typeof value === "number") return nestedDouble(value);
  const text = plain(value);
  if (text === undefined) return undefined;
  if (value instanceof Uint8Array) return `b${quoteGo(text)}`;
  if (value instanceof TimestampValue) return `timestamp(${quoteGo(text)})`;
  return value instanceof DurationValue ? `duration(${quoteGo(text)})` : text;
}

function nestedDouble(value: number): string {
  if (Number.isFinite(value)) return fixed(value, 6);
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"+Inf"' : '"-Inf"';
}

function listText(list: ListValue): string | undefined {
  const texts = Array.from({ length: list.size }, (_, index) => nested(list.at(index)));
  return texts.includes(undefined) ? undefined : `[${texts.join(", ")}]`;
}

function mapText(map: MapValue): string | undefined {
  const pairs = map.keys().map((key) => [nested(key), nested(map.find(key) ?? null)] as const);
  if (pairs.some(([key, value]) => key === undefined || value === undefined)) return undefined;
  const sorted = pairs.toSorted(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
  return `{${sorted.map(([key, value]) => `${key}:${value}`).join(", ")}}`;
}
