import type { Labels } from "./metrics.ts";

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

/** `{a="1",b="2"}` in the order of `names`; "" without names. A label that is not among them is a bug and throws. */
export function renderLabels(names: readonly string[], labels: Labels | undefined): string {
  if (labels !== undefined) {
    for (const name in labels) if (!names.includes(name)) throw new TypeError(`unknown label ${name}`);
  }
  if (names.length === 0) return "";
  const parts = names.map((name) => `${name}="${escapeLabel(labels?.[name] ?? "")}"`);
  return `{${parts.join(",")}}`;
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
