import { declare, type FunctionDeclaration, member, type Overload } from "../check/declarations.ts";
import { DURATION, INT, STRING, TIMESTAMP } from "../types/cel-type.ts";
import { NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { type Civil, civilOf, zoneOffset } from "../values/time.ts";
import { CelError, type CelValue, DurationValue, TimestampValue } from "../values/value.ts";

interface Part {
  readonly name: string;
  readonly id: string;
  readonly of: (at: Civil, nanos: number) => number;
  /** Nanoseconds of the same unit, where durations have it, too. */
  readonly unit?: bigint;
}

const PARTS: readonly Part[] = [
  { name: "getFullYear", id: "year", of: (at) => at.year },
  { name: "getMonth", id: "month", of: (at) => at.month - 1 },
  { name: "getDayOfYear", id: "day_of_year", of: (at) => at.yearDay - 1 },
  { name: "getDayOfMonth", id: "day_of_month", of: (at) => at.day - 1 },
  { name: "getDate", id: "day_of_month_1_based", of: (at) => at.day },
  { name: "getDayOfWeek", id: "day_of_week", of: (at) => at.weekday },
  { name: "getHours", id: "hours", of: (at) => at.hour, unit: 3_600_000_000_000n },
  { name: "getMinutes", id: "minutes", of: (at) => at.minute, unit: 60_000_000_000n },
  { name: "getSeconds", id: "seconds", of: (at) => at.second, unit: 1_000_000_000n },
  { name: "getMilliseconds", id: "milliseconds", of: (_at, nanos) => Math.floor(nanos / 1e6), unit: 1_000_000n },
];

/** `timestamp.getHours()`, `timestamp.getHours("Europe/Berlin")`, `duration.getHours()` and their kind. */
export function timeFunctions(): readonly FunctionDeclaration[] {
  return PARTS.map((part) => declare(part.name, overloadsOf(part)));
}

function overloadsOf({ id, of, unit }: Part): readonly Overload[] {
  const read = (time: CelValue, zone: string): CelValue => {
    if (!(time instanceof TimestampValue)) return NO_SUCH_OVERLOAD;
    const offset = zoneOffset(zone, time.seconds);
    if (typeof offset === "string") return new CelError(offset);
    return BigInt(of(civilOf(time.seconds + offset), time.nanos));
  };
  const overloads = [
    member(`timestamp_to_${id}`, [TIMESTAMP], INT, (time) => read(time as CelValue, "UTC")),
    member(`timestamp_to_${id}_with_tz`, [TIMESTAMP, STRING], INT, (time, zone) =>
      read(time as CelValue, zone as string),
    ),
  ];
  if (unit === undefined) return overloads;
  const whole = (span: CelValue): CelValue => (span instanceof DurationValue ? span.nanos / unit : NO_SUCH_OVERLOAD);
  return [...overloads, member(`duration_to_${id}`, [DURATION], INT, (span) => whole(span as CelValue))];
}
