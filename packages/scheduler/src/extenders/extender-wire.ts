/** A JSON object of an extender. Members are found whatever their case: extenders in Go send either. */
export type Answer = Readonly<Record<string, unknown>> | null | undefined;

export function memberOf(answer: Answer, name: string): unknown {
  if (answer === null || answer === undefined) return undefined;
  if (Object.hasOwn(answer, name)) return answer[name];
  const lower = name.toLowerCase();
  const key = Object.keys(answer).find((each) => each.toLowerCase() === lower);
  return key === undefined ? undefined : answer[key];
}

export function textOf(answer: Answer, name: string): string {
  const value = memberOf(answer, name);
  return typeof value === "string" ? value : "";
}

export function listOf(answer: Answer, name: string): readonly Answer[] {
  const value = memberOf(answer, name);
  return Array.isArray(value) ? value : [];
}

export function entriesOf<T>(answer: Answer, name: string): ReadonlyMap<string, T> {
  return new Map(Object.entries((memberOf(answer, name) ?? {}) as Readonly<Record<string, T>>));
}
