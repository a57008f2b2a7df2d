/** Throws with the text when it does not match. */
export function expectMatch(text: string, pattern: RegExp, what = "output"): RegExpMatchArray {
  const match = text.match(pattern);
  if (match === null) throw new Error(`${what} does not match ${pattern}:\n${text}`);
  return match;
}

/** Throws when the two differ, by JSON. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}
