import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDuration,
  formatMicroTime,
  formatTime,
  humanDuration,
  parseDuration,
  parseMicroTime,
  parseTime,
  scaledValue,
  shortHumanDuration,
  timeOf,
} from "../src/index.ts";

describe("times", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2024-02-29T12:00:00+02:00", Date.UTC(2024, 1, 29, 10)],
    ["2024-01-01T00:00:00.123456Z", Date.UTC(2024, 0, 1) + 123.456],
    ["0001-01-01T00:00:00Z", -62135596800000],
  ])("%s is %d", (text, milliseconds) => {
    expect(parseTime(text)).toBe(milliseconds);
  });

  const layout = '"2006-01-02T15:04:05Z07:00"';
  it.each([
    ["yesterday", `parsing time "yesterday" as ${layout}: cannot parse "yesterday" as "2006"`],
    ["2024-01-02", `parsing time "2024-01-02" as ${layout}: cannot parse "" as "T"`],
    ["2024-01-02T03:04:05", `parsing time "2024-01-02T03:04:05" as ${layout}: cannot parse "" as "Z07:00"`],
    ["2024-13-02T03:04:05Z", 'parsing time "2024-13-02T03:04:05Z": month out of range'],
    ["2023-02-29T03:04:05Z", 'parsing time "2023-02-29T03:04:05Z": day out of range'],
    ["2023-02-28T03:04:05Zx", 'parsing time "2023-02-28T03:04:05Zx": extra text: "x"'],
  ])("%s is refused", (text, error) => {
    expect(parseTime(text)).toEqual({ error });
    expect(timeOf(text)).toBeUndefined();
  });

  it("writes whole seconds and microseconds", () => {
    expect(formatTime(1500)).toBe("1970-01-01T00:00:01Z");
    expect(formatMicroTime(1500.25)).toBe("1970-01-01T00:00:01.500250Z");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (now) => {
        expect(timeOf(formatMicroTime(now))).toBe(now);
        expect(timeOf(formatTime(now))).toBe(Math.floor(now / 1000) * 1000);
      }),
    );
  });
});

const s = 1000;
const m = 60 * s;
const h = 60 * m;
const d = 24 * h;

describe("durations", () => {
  it.each([
    ["1h30m", 1.5 * h],
    ["1.5s", 1500],
    ["-2ms", -2],
    ["0", 0],
    ["100us", 0.1],
    ["", undefined],
    ["5", undefined],
    ["5x", undefined],
    ["1h 2m", undefined],
  ])("%s is %s ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    [0, "0s"],
    [1500, "1.5s"],
    [90 * m, "1h30m0s"],
    [61 * s, "1m1s"],
    [100, "100ms"],
    [-100, "-100ms"],
    [0.1, "100µs"],
  ])("%d ms is %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([
    [-2 * s, "<invalid>", "<invalid>"],
    [-1 * s, "0s", "0s"],
    [119 * s, "119s", "1m"],
    [2 * m, "2m", "2m"],
    [9 * m + 59 * s, "9m59s", "9m"],
    [10 * m + 1 * s, "10m", "10m"],
    [179 * m, "179m", "2h"],
    [3 * h + 5 * m, "3h5m", "3h"],
    [8 * h + 5 * m, "8h", "8h"],
    [47 * h, "47h", "1d"],
    [2 * d + 3 * h, "2d3h", "2d"],
    [8 * d, "8d", "8d"],
    [729 * d, "729d", "1y"],
    [730 * d, "2y", "2y"],
    [800 * d, "2y70d", "2y"],
    [9 * 365 * d, "9y", "9y"],
  ])("the age %d ms is shown as %s and %s", (age, long, short) => {
    expect(humanDuration(age)).toBe(long);
    expect(shortHumanDuration(age)).toBe(short);
  });
});

it.each([
  [3, 10, "up", 3],
  ["25%", 10, "up", 3],
  ["25%", 10, "down", 2],
  ["0%", 10, "up", 0],
  ["x", 10, "up", undefined],
  ["5", 10, "up", undefined],
] as const)("%s of %d rounded %s is %s", (value, total, rounding, result) => {
  expect(scaledValue(value, total, rounding)).toBe(result);
});

describe("a micro time", () => {
  it.each([
    ["2024-01-02T03:04:05.000006Z", 1_704_164_645_000.006],
    ["2024-01-02T03:04:05.000006+01:00", 1_704_161_045_000.006],
  ])("%s is read", (text, time) => {
    expect(parseMicroTime(text)).toBe(time);
  });

  it.each([
    ["2024-01-02T03:04:05Z", 'cannot parse "Z" as ".000000"'],
    ["2024-01-02T03:04:05.1234567Z", 'cannot parse "7Z" as "Z07:00"'],
    ["2024-01-02", 'cannot parse "" as "T"'],
  ])("%s is refused", (text, why) => {
    const error = `parsing time "${text}" as "2006-01-02T15:04:05.000000Z07:00": ${why}`;
    expect(parseMicroTime(text)).toEqual({ error });
  });
});
