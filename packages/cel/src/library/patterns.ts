import { RE2JS } from "re2js";
import { noOperator } from "../values/arithmetic.ts";
import { NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { CelError, type CelValue } from "../values/value.ts";

/** A pattern in the syntax of RE2, which takes a time linear in the text whatever the pattern is. */
export type Pattern = RE2JS;

const cache = new Map<string, Pattern | CelError>();
const MAX_CACHED = 1000;

/** Compiles a pattern; an error in the words of Go's regexp package when it is none. */
export function compilePattern(pattern: string): Pattern | CelError {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const compiled = compileNow(pattern);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(pattern, compiled);
  return compiled;
}

function compileNow(pattern: string): Pattern | CelError {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return new CelError((error as Error).message);
  }
}

/** `text.matches(pattern)`: whether the pattern is found anywhere in the text. */
export function matches(text: CelValue, pattern: CelValue): CelValue {
  if (typeof text !== "string") return noOperator(text, "matches");
  if (typeof pattern !== "string") return NO_SUCH_OVERLOAD;
  const compiled = compilePattern(pattern);
  return compiled instanceof CelError ? compiled : compiled.test(text);
}

/** The places that a pattern is found at, at most `limit`; negative is all. */
export function findAll(text: string, pattern: Pattern, limit: number): readonly string[] {
  const found: string[] = [];
  const matcher = pattern.matcher(text);
  let end = -1;
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    // As in Go, nothing is found right behind what was found before.
    if (matcher.end() > matcher.start() || matcher.start() !== end) found.push(matcher.group() ?? "");
    end = matcher.end();
  }
  return found;
}
