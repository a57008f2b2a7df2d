import { invalidValue } from "@pinnace/apimachinery";
import type { Rule } from "../rules/rule.ts";

/** A list that holds `*` holds nothing else. */
export function starAlone(what: string): Rule {
  return (value, path, errors) => {
    if (!value?.includes("*") || value.length < 2) return;
    errors.push(invalidValue(path, value, `if '*' is present, must not specify other ${what}`));
  };
}
