import { isPercent } from "./validation/text-rules.ts";

/** A number, or a percentage such as `25%`. */
export type IntOrString = number | string;

/**
 * The number that an int-or-percent means for `total`; undefined when a text is no percentage. Percentages are rounded
 * up or down to a whole number.
 */
export function scaledValue(value: IntOrString, total: number, rounding: "up" | "down"): number | undefined {
  if (typeof value === "number") return value;
  if (isPercent(value).length > 0) return undefined;
  const scaled = (Number(value.slice(0, -1)) * total) / 100;
  return rounding === "up" ? Math.ceil(scaled) : Math.floor(scaled);
}
