import type { Draft } from "@pinnace/apimachinery";
import { labelSelector } from "../rules/label-selector.ts";
import { all, each, fields, needed, oneOf, type Rule, text, uniqueBy } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { defaultRules, namedRule } from "./rules.ts";

/** Whether equivalent versions of a resource count too. */
export const matchPolicy: Rule = oneOf("Equivalent", "Exact");
export const failurePolicy: Rule = oneOf("Fail", "Ignore");

/** Conditions in CEL, whose expressions have this rule. */
export function matchConditions(expression: Rule): Rule {
  return all(each(fields({ expression, name: needed(text(qualifiedName)) })), uniqueBy("name"));
}

/** Which requests a policy or binding is about. */
export const matchResources: Rule = fields({
  matchPolicy: needed(matchPolicy),
  namespaceSelector: needed(labelSelector),
  objectSelector: needed(labelSelector),
  resourceRules: each(namedRule),
  excludeResourceRules: each(namedRule),
});

/** Defaults of what matches: everything that is not excluded. */
export function defaultMatch(match: Draft): void {
  if (!match) return;
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rules of ["rules", "resourceRules", "excludeResourceRules"]) defaultRules(match[rules]);
}
