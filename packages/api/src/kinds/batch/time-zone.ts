import { invalidValue } from "@pinnace/apimachinery";
import type { Rule } from "../rules/rule.ts";

const PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

/** Whether the platform knows a zone by exactly this name. Names that differ in case only are refused, as upstream does. */
function isKnown(zone: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** An IANA time zone by name. */
export const timeZone: Rule = (value, path, errors) => {
  if (value === "") return void errors.push(invalidValue(path, value, "timeZone must be nil or non-empty string"));
  const unknown = `unknown time zone ${value}`;
  const parts = String(value).split("/");
  if (parts.some((part) => part === "." || part === ".." || part.startsWith("-") || !PART.test(part))) {
    errors.push(invalidValue(path, value, unknown));
  } else if (value.toLowerCase() === "local") {
    const message = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    errors.push(invalidValue(path, value, message));
    if (value !== "Local") errors.push(invalidValue(path, value, unknown));
  } else if (!isKnown(value)) errors.push(invalidValue(path, value, unknown));
};
