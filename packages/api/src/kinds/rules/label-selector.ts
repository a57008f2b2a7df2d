import type { Draft } from "@pinnace/apimachinery";
import { validateLabelSelector, validateLabels } from "@pinnace/apimachinery";
import type { Rule } from "./rule.ts";

/** A map of labels; every error is reported at the map. */
export const labels: Rule = (value, path, errors) => {
  errors.push(...validateLabels(path, value ?? {}));
};

/** A LabelSelector, when there is one. */
export const labelSelector: Rule = (value, path, errors) => {
  errors.push(...validateLabelSelector(path, value ?? undefined));
};

/** Whether a selector would select everything. */
export function isEmptySelector(selector: Draft): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions?.length ?? 0) === 0;
}

/** Whether a valid selector matches labels. */
export function selects(selector: Draft, object: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => object[key] === value);
  return exact && (selector?.matchExpressions ?? []).every((term: Draft) => meets(term, object[term.key]));
}

function meets(term: Draft, value: string | undefined): boolean {
  switch (term.operator) {
    case "In":
      return value !== undefined && (term.values ?? []).includes(value);
    case "NotIn":
      return value === undefined || !(term.values ?? []).includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** A map with its keys in order, as messages quote it. */
export function mapForm(map: Draft): Draft {
  if (map === undefined || map === null) return null;
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A selector as messages quote it. */
export function selectorForm(selector: Draft): Draft {
  const { matchLabels, matchExpressions } = selector ?? {};
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: mapForm(matchLabels) }),
    ...(matchExpressions === undefined ? {} : { matchExpressions }),
  };
}
