import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { all, check, each, fields, needed, neededItems, oneOf, type Rule } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT_COUNTED } from "../tables/kind.ts";
import { MUTATING_ADMISSION_POLICY_BINDING_COLUMNS, MUTATING_ADMISSION_POLICY_COLUMNS } from "./columns.ts";
import { type PolicyExpressions, policyExpressions } from "./expressions.ts";
import { defaultMatch } from "./match.ts";
import { bindingSpec, mutatingOperations, paramKindText, paramRefText, policySpec } from "./policy-parts.ts";

/** The member that each type of patch is written in. */
const PATCHES: Readonly<Record<string, string>> = {
  ApplyConfiguration: "applyConfiguration",
  JSONPatch: "jsonPatch",
};

function mutation(expressions: PolicyExpressions): Rule {
  return (value, path, errors, owner) => mutationErrors(value, path, errors, owner, expressions);
}

function mutationErrors(
  value: Draft,
  path: FieldPath,
  errors: FieldError[],
  owner: Draft,
  { jsonPatch, applyConfiguration }: PolicyExpressions,
): void {
  const type = value.patchType ?? "";
  if (type === "") return void errors.push(required(path.child("patchType")));
  const own = Object.hasOwn(PATCHES, type) ? PATCHES[type] : undefined;
  if (!own) return void errors.push(notSupported(path.child("patchType"), type, Object.keys(PATCHES)));
  const when = `specified when patchType is ${type}`;
  const rule = type === "JSONPatch" ? jsonPatch : applyConfiguration;
  needed(fields({ expression: rule }), `must be ${when}`)(value[own], path.child(own), errors, owner);
  for (const other of Object.values(PATCHES)) {
    if (other === own || !value[other]) continue;
    errors.push(invalidValue(path.child(other), `{${other}}`, `must not be ${when}`));
  }
}

function policyErrors(object: Draft): FieldError[] {
  const expressions = policyExpressions(object.spec);
  const own = fields({
    mutations: neededItems(each(mutation(expressions)), "mutations must contain at least one item"),
    reinvocationPolicy: needed(oneOf("IfNeeded", "Never")),
  });
  return check(fields({ spec: all(policySpec(expressions, mutatingOperations), own) }), object, fieldPath());
}

/** MutatingAdmissionPolicy (admissionregistration.k8s.io). */
export const mutatingAdmissionPolicy: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.failurePolicy ??= "Fail";
    defaultMatch(object.spec.matchConstraints);
  },
  columns: MUTATING_ADMISSION_POLICY_COLUMNS,
  cells: (object, context) => [
    name(object),
    (object.spec?.mutations ?? []).length,
    paramKindText(object),
    age(object, context),
  ],
  strategy: { ...STRICT_COUNTED, validate: policyErrors, validateUpdate: policyErrors },
};

const bindingRule = fields({ spec: all(bindingSpec, fields({ matchResources: mutatingOperations })) });

function bindingErrors(object: Draft): FieldError[] {
  return check(bindingRule, object, fieldPath());
}

/** MutatingAdmissionPolicyBinding (admissionregistration.k8s.io). */
export const mutatingAdmissionPolicyBinding: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    defaultMatch(object.spec.matchResources);
  },
  columns: MUTATING_ADMISSION_POLICY_BINDING_COLUMNS,
  cells: (object, context) => [name(object), object.spec?.policyName ?? "", paramRefText(object), age(object, context)],
  strategy: { ...STRICT_COUNTED, validate: bindingErrors, validateUpdate: bindingErrors },
};
