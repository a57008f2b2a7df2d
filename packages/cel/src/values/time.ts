import { DurationValue, TimestampValue } from "./value.ts";

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds since 1970. */
export const MIN_SECONDS = -62_135_596_800;
export const MAX_SECONDS = 253_402_300_799;

const SECONDS_PER_DAY = 86_400;

/** Days since 1970-01-01 in the Gregorian calendar. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** A moment taken apart; months, days and weekdays count from 1, 1 and Sunday = 0. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
}

export function civilOf(seconds: number): Civil {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const month = index < 10 ? index + 3 : index - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * index + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(year, 1, 1) + 1,
  };
}

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** The moment in an RFC 3339 text, or undefined; its offset is kept. */
export function parseTimestamp(text: string): TimestampValue | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  const nanos = Number((match[7] ?? "").slice(0, 9).padEnd(9, "0"));
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hours > 24 || minutes > 60) return undefined;
  const offset = (hours * 60 + minutes) * (match[8] === "-" ? -1 : 1);
  const local = daysFromCivil(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  return new TimestampValue(local - offset * 60, nanos, offset);
}

/** The start of a day in UTC, from a text such as `2026-11-25`. */
export function parseDate(text: string): TimestampValue | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** RFC 3339 with as many digits of the fraction as there are. */
export function formatTimestamp({ seconds, nanos, offsetMinutes }: TimestampValue): string {
  const at = civilOf(seconds + offsetMinutes * 60);
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
  const date = `${String(at.year).padStart(4, "0")}-${two(at.month)}-${two(at.day)}`;
  const time = `${two(at.hour)}:${two(at.minute)}:${two(at.second)}${fraction}`;
  if (offsetMinutes === 0) return `${date}T${time}Z`;
  const offset = Math.abs(offsetMinutes);
  return `${date}T${time}${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  "\u00b5s": 1000n,
  "\u03bcs": 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const PART = /([0-9]*)(?:\.([0-9]*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
const MAX_NANOS = 2n ** 63n - 1n;

/** The span in a text such as `1h30m`, `-1.5s` or `0`; undefined when it is none or too long. */
export function parseDuration(text: string): DurationValue | undefined {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  const body = text.slice(sign.length);
  if (body === "0") return new DurationValue(0n);
  if (body === "") return undefined;
  let nanos = 0n;
  PART.lastIndex = 0;
  for (let at = 0; at < body.length; at = PART.lastIndex) {
    const match = PART.exec(body);
    if (match === null || (match[1] === "" && (match[2] ?? "") === "")) return undefined;
    const unit = UNITS[match[3] as string] as bigint;
    const fraction = (match[2] ?? "").slice(0, 18);
    nanos += BigInt(match[1] || "0") * unit;
    if (fraction !== "") nanos += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
    if (nanos > MAX_NANOS + (sign === "-" ? 1n : 0n)) return undefined;
  }
  return new DurationValue(sign === "-" ? -nanos : nanos);
}

/** The offset of a time zone at a moment, in seconds east of UTC, or the text of an error. */
export function zoneOffset(zone: string, seconds: number): number | string {
  const colon = zone.indexOf(":");
  if (colon >= 0) return fixedOffset(zone, colon);
  if (zone === "" || zone === "UTC" || zone === "Local") return 0;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const name = format.formatToParts(seconds * 1000).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    const match = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name);
    if (match === null) return 0;
    const amount = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return match[1] === "-" ? -amount : amount;
  } catch {
    return `unknown time zone ${zone}`;
  }
}

function fixedOffset(zone: string, colon: number): number | string {
  const [hourText, minuteText] = [zone.slice(0, colon), zone.slice(colon + 1)];
  for (const text of [hourText, minuteText]) {
    if (!/^[+-]?[0-9]+$/.test(text)) return `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const [hours, minutes] = [Number(hourText), Number(minuteText)];
  return (zone.startsWith("-") ? hours * 60 - minutes : hours * 60 + minutes) * 60;
}
