import type { Labels } from "./metrics.ts";

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/** `{a="1",b="2"}` in the order of `names`; "" without names. A label that is not among them is a bug and throws. */
export function renderLabels(names: readonly string[], labels: Labels | undefined): string {
  if (labels !== undefined) {
    for (const name in labels) if (!names.includes(name)) throw new TypeError(`unknown label ${name}`);
  }
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
