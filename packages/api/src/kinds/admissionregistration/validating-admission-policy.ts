import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, fieldPath, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { all, check, each, fields, ifPresent, oneOf, type Rule, text, uniqueBy } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT_COUNTED } from "../tables/kind.ts";
import { VALIDATING_ADMISSION_POLICY_BINDING_COLUMNS, VALIDATING_ADMISSION_POLICY_COLUMNS } from "./columns.ts";
import { type PolicyExpressions, policyExpressions } from "./expressions.ts";
import { defaultMatch } from "./match.ts";
import { bindingSpec, paramKindText, paramRefText, policySpec } from "./policy-parts.ts";

const MAX_AUDIT_ANNOTATIONS = 20;
const MAX_AUDIT_EXPRESSION = 5 * 1024;
const ACTIONS = ["Audit", "Deny", "Warn"];
const SOMETHING = "validations or auditAnnotations must contain at least one item";
const DENY_AND_WARN =
  "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";

const notBlank: Rule = (value, path, errors) => {
  if (value && value.trim() === "") errors.push(invalidValue(path, value, "must be non-empty if specified"));
};

const oneLine: Rule = (value, path, errors) => {
  if (/[\n\r]/.test(String(value ?? "").trim())) {
    errors.push(invalidValue(path, value, "must not contain line breaks"));
  }
};

function validationItem({ validation, message }: PolicyExpressions): Rule {
  return fields({
    expression: validation,
    messageExpression: all(notBlank, (value, path, errors, owner) => {
      if (value?.trim()) message(value, path, errors, owner);
    }),
    message: all(notBlank, oneLine),
    reason: ifPresent(oneOf("Forbidden", "Invalid", "RequestEntityTooLarge")),
  });
}

function valueExpression({ annotationError }: PolicyExpressions): Rule {
  return (value, path, errors) => {
    const trimmed = String(value ?? "").trim();
    if (trimmed === "") return void errors.push(required(path, "valueExpression is not specified"));
    if (trimmed.length > MAX_AUDIT_EXPRESSION)
      return void errors.push(required(path, `must not exceed ${MAX_AUDIT_EXPRESSION} bytes in length`));
    const error = annotationError(trimmed);
    if (error !== undefined) errors.push(invalidValue(path, value, error));
  };
}

function auditAnnotation(policyName: string, expressions: PolicyExpressions): Rule {
  return fields({
    key: (value, path, errors, owner) => text(qualifiedName)(`${policyName}/${value ?? ""}`, path, errors, owner),
    valueExpression: valueExpression(expressions),
  });
}

function whatItDoes(policyName: string, spec: Draft, path: FieldPath, expressions: PolicyExpressions): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const errors: FieldError[] = [];
  const audit = path.child("auditAnnotations");
  if (validations.length === 0 && auditAnnotations.length === 0) {
    return [required(path.child("validations"), SOMETHING), required(audit, SOMETHING)];
  }
  each(validationItem(expressions))(validations, path.child("validations"), errors, spec);
  if (auditAnnotations.length > MAX_AUDIT_ANNOTATIONS) {
    const message = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`;
    errors.push(invalidValue(audit, auditAnnotations, message));
  }
  all(each(auditAnnotation(policyName, expressions)), uniqueBy("key"))(auditAnnotations, audit, errors, spec);
  return errors;
}

function policyErrors({ metadata, spec = {} }: Draft): FieldError[] {
  const path = fieldPath("spec");
  const expressions = policyExpressions(spec);
  return [...check(policySpec(expressions), spec, path), ...whatItDoes(metadata?.name ?? "", spec, path, expressions)];
}

/** ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1). */
export const validatingAdmissionPolicy: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.failurePolicy ??= "Fail";
    defaultMatch(object.spec.matchConstraints);
  },
  columns: VALIDATING_ADMISSION_POLICY_COLUMNS,
  cells: (object, context) => [
    name(object),
    (object.spec?.validations ?? []).length,
    paramKindText(object),
    age(object, context),
  ],
  strategy: { ...STRICT_COUNTED, validate: policyErrors, validateUpdate: policyErrors },
  statusStrategy: { prepareForUpdate: keepSpecAndMetadata },
};

const validationActions: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  for (const [position, action] of (value ?? []).entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(path.index(position), action, ACTIONS));
    if (seen.has(action)) errors.push(duplicate(path.index(position), action));
    seen.add(action);
  }
  if (seen.has("Deny") && seen.has("Warn")) errors.push(invalidValue(path, value, DENY_AND_WARN));
  if (seen.size === 0) errors.push(required(path, "at least one validation action is required"));
};

const bindingRule = fields({ spec: all(bindingSpec, fields({ validationActions })) });

function bindingErrors(object: Draft): FieldError[] {
  return check(bindingRule, object, fieldPath());
}

/** ValidatingAdmissionPolicyBinding (admissionregistration.k8s.io/v1). */
export const validatingAdmissionPolicyBinding: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    defaultMatch(object.spec.matchResources);
  },
  columns: VALIDATING_ADMISSION_POLICY_BINDING_COLUMNS,
  cells: (object, context) => [name(object), object.spec?.policyName ?? "", paramRefText(object), age(object, context)],
  strategy: { ...STRICT_COUNTED, validate: bindingErrors, validateUpdate: bindingErrors },
};
