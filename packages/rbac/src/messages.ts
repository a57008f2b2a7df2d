/** Joins messages as upstream joins errors: one alone, several as `[a, b]`, duplicates dropped. */
export function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}
