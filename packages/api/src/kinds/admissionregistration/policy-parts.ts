import type { Draft } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { labelSelector } from "../rules/label-selector.ts";
import {
  all,
  each,
  fields,
  ifPresent,
  ifSet,
  isUnset,
  needed,
  neededItems,
  oneOf,
  type Rule,
  text,
} from "../rules/rule.ts";
import { dns1035, dnsSubdomain, pathSegment } from "../rules/text.ts";
import { selectorText } from "../tables/cell.ts";
import type { PolicyExpressions } from "./expressions.ts";
import { failurePolicy, matchConditions, matchResources } from "./match.ts";

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);
const MUTATING_OPERATIONS = ["*", "CONNECT", "CREATE", "UPDATE"];

const apiVersion: Rule = (value, path, errors) => {
  const parts: string[] = value.split("/");
  const version = parts.at(-1) ?? "";
  if (parts.length > 2) {
    return void errors.push(invalidValue(path, value, `unexpected GroupVersion string: ${value}`));
  }
  const group = parts.length === 2 ? (parts[0] ?? "") : "";
  const groupMessages = group === "" ? [] : dnsSubdomain(group);
  if (groupMessages.length > 0) errors.push(invalidValue(path, group, groupMessages.join(",")));
  const versionMessages = version === "" ? ["version must be specified"] : dns1035(version);
  if (versionMessages.length > 0) {
    errors.push(invalidValue(path, version === "" ? value : version, versionMessages.join(",")));
  }
};

const kind: Rule = (value, path, errors) => {
  const messages = dns1035(value.toLowerCase());
  if (messages.length === 0) return;
  const message = `may have mixed case, but should otherwise match: ${messages.join(",")}`;
  errors.push(invalidValue(path, value, message));
};

const paramKind: Rule = ifPresent(fields({ apiVersion: needed(apiVersion), kind: needed(kind) }));

const variableName: Rule = (value, path, errors) => {
  if (String(value ?? "").trim() === "") errors.push(required(path, "name is not specified"));
  else if (!IDENTIFIER.test(value) || RESERVED.has(value)) {
    errors.push(invalidValue(path, value, "must be a valid CEL identifier"));
  }
};

const resourceRules: Rule = neededItems();

/**
 * What both kinds of policies have: whom they are for and what their expressions may use. `constraints` is what else
 * holds for the match constraints.
 */
export function policySpec({ condition, variable }: PolicyExpressions, ...constraints: readonly Rule[]): Rule {
  return fields({
    failurePolicy: needed(failurePolicy),
    paramKind,
    matchConstraints: needed(all(matchResources, fields({ resourceRules }), ...constraints)),
    matchConditions: matchConditions(condition),
    variables: each(fields({ name: variableName, expression: variable })),
  });
}

const paramRef: Rule = (value, path, errors, owner) => {
  const exclusive = "name and selector are mutually exclusive";
  fields({ name: ifSet(text(pathSegment)) })(value, path, errors, owner);
  if (value.name && value.selector) errors.push(forbiddenField(path.child("name"), exclusive));
  fields({ selector: labelSelector })(value, path, errors, owner);
  if (value.name && value.selector) errors.push(forbiddenField(path.child("selector"), exclusive));
  if (!value.name && !value.selector) errors.push(required(path, "one of name or selector must be specified"));
  fields({ parameterNotFoundAction: needed(oneOf("Deny", "Allow")) })(value, path, errors, owner);
};

/** What both kinds of bindings have: a policy, its parameters, and whom it is for. */
export const bindingSpec: Rule = fields({
  policyName: needed(text(dnsSubdomain)),
  paramRef: ifPresent(paramRef),
  matchResources: ifPresent(matchResources),
});

/** Mutation is for objects that come: creates and updates. */
export const mutatingOperations: Rule = (value, path, errors) => {
  const at = path.child("resourceRules", "operations");
  for (const rule of value?.resourceRules ?? []) {
    for (const operation of rule.operations ?? []) {
      if (!MUTATING_OPERATIONS.includes(operation)) errors.push(notSupported(at, operation, MUTATING_OPERATIONS));
    }
  }
};

/** `v1/ConfigMap`: what a policy takes its parameters from. */
export function paramKindText({ spec }: Draft): string {
  return spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : "<unset>";
}

/** `namespace/name`, or a selector: the parameters of a binding. */
export function paramRefText({ spec }: Draft): string {
  const reference = spec?.paramRef;
  if (isUnset(reference?.name)) return reference?.selector ? selectorText(reference.selector) : "<unset>";
  return `${reference.namespace || "*"}/${reference.name}`;
}
