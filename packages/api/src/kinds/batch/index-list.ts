import { quoteGo } from "@pinnace/apimachinery";

type Interval = readonly [first: number, last: number];

function parseIndex(text: string, completions: number): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `cannot convert string to integer for index: ${quoteGo(text)}`;
  }
  const index = Number(text);
  return index >= completions ? `too large index: ${quoteGo(text)}` : index;
}

function parseInterval(text: string, completions: number): Interval | string {
  const limits = text.split("-");
  if (limits.length > 2)
    return `the fragment ${quoteGo(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  const first = parseIndex(limits[0] ?? "", completions);
  if (typeof first === "string") return first;
  if (limits.length === 1) return [first, first];
  const last = parseIndex(limits[1] ?? "", completions);
  if (typeof last === "string") return last;
  if (first >= last) return `non-increasing order, previous: ${first}, current: ${last}`;
  return [first, last];
}

/** Reads `0,2-5`: how many indexes that is, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === "") return 0;
  let count = 0;
  let previous: number | undefined;
  for (const part of text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return interval;
    const [first, last] = interval;
    if (previous !== undefined && previous >= first)
      return `non-increasing order, previous: ${previous}, current: ${first}`;
    count += last - first + 1;
    previous = last;
  }
  return count;
}

/** The first index that two lists share, among the parts that can be read. */
export function sharedIndex(a: string, b: string, completions: number): number | undefined {
  const intervals = (text: string): Interval[] =>
    text
      .split(",")
      .map((part) => parseInterval(part, completions))
      .filter((each): each is Interval => typeof each !== "string");
  if (a === "" || b === "") return undefined;
  for (const [first, last] of intervals(a)) {
    const shared = intervals(b).find((other) => first <= other[1] && other[0] <= last);
    if (shared) return Math.max(first, shared[0]);
  }
  return undefined;
}
