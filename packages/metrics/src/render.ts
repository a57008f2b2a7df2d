import type { Labels } from "./metrics.ts";

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/**
 * A text that tells label sets apart; cheaper than {@link renderLabels}, since every observation needs one.
 * A label that is not among `names` is a bug and throws.
 */
export function seriesKey(names: readonly string[], labels: Labels | undefined): string {
  let key = "";
  let surplus = 0;
  for (const name of names) {
    const value = labels?.[name];
    if (value !== undefined) surplus -= 1;
    key += value === undefined ? "0:" : `${value.length}:${value}`;
  }
  for (const _ in labels) surplus += 1;
  if (surplus !== 0) requireKnown(names, labels);
  return key;
}

function requireKnown(names: readonly string[], labels: Labels | undefined): void {
  for (const name in labels) if (!names.includes(name)) throw new TypeError(`unknown label ${name}`);
}

/** `{a="1",b="2"}` in the order of `names`; "" without names. A label that is not among them is a bug and throws. */
export function renderLabels(names: readonly string[], labels: Labels | undefined): string {
  requireKnown(names, labels);
  let text = "";
  for (const name of names) text += `${text === "" ? "{" : ","}${name}="${escapeLabel(labels?.[name] ?? "")}"`;
  return text === "" ? "" : `${text}}`;
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, (character) => ESCAPES[character]!) : value;
}

/** A float as the Prometheus text format 0.0.4 spells it. */
export function renderNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
