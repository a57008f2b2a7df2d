import { quoteGo } from "./go-quote.ts";
import { Remembered } from "./remembered.ts";

/** Why a text is no RFC 3339 time, in Go's words. */
export interface TimeError {
  readonly error: string;
}

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const WHOLE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|([+-])(\d\d):(\d\d))$/;
const MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
const MICRO = /:\d\d[.,]\d{6}(?:Z|[+-]\d\d:\d\d)$/;
/** The elements of the layout and the shape of each, for saying where a text goes wrong. */
const ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d\d/],
  ["-", /^-/],
  ["02", /^\d\d/],
  ["T", /^T/],
  ["15", /^\d\d/],
  [":", /^:/],
  ["04", /^\d\d/],
  [":", /^:/],
  ["05", /^\d\d(?:[.,]\d+)?/],
  ["Z07:00", /^(?:Z|[+-]\d\d:\d\d)/],
];

const MICRO_ELEMENTS: readonly (readonly [string, RegExp])[] = [
  ...ELEMENTS.slice(0, -2),
  ["05", /^\d\d/],
  [".000000", /^[.,]\d{6}/],
  ...ELEMENTS.slice(-1),
];

/** As {@link parseTime}, but with the six digits after the point that meta/v1 MicroTime requires. */
export function parseMicroTime(text: string): number | TimeError {
  const parsed = parseTime(text);
  if (typeof parsed === "number" ? MICRO.test(text) : WHOLE.test(text)) return parsed;
  return { error: shapeError(text, MICRO_LAYOUT, MICRO_ELEMENTS) };
}

/**
 * Milliseconds since the epoch of an RFC 3339 text, with a fraction for microseconds; or Go's error text
 * (`parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`).
 */
export function parseTime(text: string): number | TimeError {
  const match = WHOLE.exec(text);
  if (match === null) return { error: shapeError(text) };
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const out = rangeError(year, month, day, hour, minute, second);
  if (out !== undefined) return { error: `parsing time ${quoteGo(text)}: ${out} out of range` };
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7].slice(0, 9)}`) * 1000;
  const offset = match[8] === "Z" ? 0 : (Number(match[10]) * 60 + Number(match[11])) * (match[9] === "-" ? -1 : 1);
  const base = Date.UTC(2000, month - 1, day, hour, minute, second) + yearShift(year, month, day);
  return base - offset * 60_000 + Math.round(fraction * 1000) / 1000;
}

/** `Date.UTC` takes years below 100 for 19xx, so the year is set apart. */
function yearShift(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(2000, month - 1, day));
  const before = date.getTime();
  return date.setUTCFullYear(year, month - 1, day) - before;
}

function rangeError(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): string | undefined {
  if (month < 1 || month > 12) return "month";
  if (hour > 23) return "hour";
  if (minute > 59) return "minute";
  if (second > 59) return "second";
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number;
  return day < 1 || day > days ? "day" : undefined;
}

function shapeError(text: string, layout = LAYOUT, elements = ELEMENTS): string {
  let rest = text;
  const about = `parsing time ${quoteGo(text)}`;
  for (const [element, shape] of elements) {
    const match = shape.exec(rest);
    if (match === null) return `${about} as ${quoteGo(layout)}: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`;
    rest = rest.slice(match[0].length);
  }
  return `${about}: extra text: ${quoteGo(rest)}`;
}

/** The second that {@link formatTime} was asked for last: many objects are made within one. */
let last = { second: Number.NaN, text: "" };

/** `2024-01-02T03:04:05Z`: meta/v1 Time, whole seconds (fractions are cut off). `now` is in milliseconds. */
export function formatTime(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== last.second) last = { second, text: `${new Date(second * 1000).toISOString().slice(0, -5)}Z` };
  return last.text;
}

/** `2024-01-02T03:04:05.000000Z`: meta/v1 MicroTime. `now` is in milliseconds and may have a fraction. */
export function formatMicroTime(now: number): string {
  const micros = Math.floor(now * 1000 + 1e-3);
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, "0");
  return `${formatTime(seconds * 1000).slice(0, -1)}.${fraction}Z`;
}

/** Times are looked at again and again: when objects are sorted, aged, compared. */
const times = new Remembered<number>((text) => {
  const parsed = parseTime(text);
  return typeof parsed === "number" ? parsed : undefined;
});

/** Milliseconds since the epoch of a time that the API wrote; undefined when it is absent or not a time. */
export function timeOf(text: string | null | undefined): number | undefined {
  return text ? times.get(text) : undefined;
}
