import { invalidValue, isPercent } from "@pinnace/apimachinery";
import type { Rule } from "./rule.ts";

/** The number of an int-or-percent: `25%` is 25. */
export function intOrPercentValue(value: unknown): number {
  if (typeof value === "number") return value;
  const number = Number.parseInt(String(value ?? "0"), 10);
  return Number.isNaN(number) ? 0 : number;
}

/** A count of at least 0, or a percentage. */
export const intOrPercent: Rule = (value, path, errors) => {
  if (typeof value === "string") {
    for (const message of isPercent(value)) errors.push(invalidValue(path, value, message));
  } else if ((value ?? 0) < 0) errors.push(invalidValue(path, value, "must be greater than or equal to 0"));
};

/** No more than 100 %; counts are not bounded. */
export const notMoreThan100Percent: Rule = (value, path, errors) => {
  if (typeof value !== "string" || isPercent(value).length > 0 || intOrPercentValue(value) <= 100) return;
  errors.push(invalidValue(path, value, "must not be greater than 100%"));
};
