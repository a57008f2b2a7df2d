import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { IMMUTABLE } from "../rules/equal.ts";
import { compareQuantities } from "../rules/quantity.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { RESOURCE_QUOTA_COLUMNS } from "./columns.ts";
import { defaultResourceList } from "./resource-list.ts";
import { isStandardQuotaResource, quotaResourceName, resourceQuantity } from "./resource-names.ts";

const PODS = ["pods"];
const COMPUTE = [...PODS, "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];

/** What each scope can count. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: COMPUTE,
  NotTerminating: COMPUTE,
  BestEffort: PODS,
  NotBestEffort: COMPUTE,
  PriorityClass: COMPUTE,
  CrossNamespacePodAffinity: COMPUTE,
  VolumeAttributesClass: ["persistentvolumeclaims", "requests.storage"],
};
const EXISTS_ONLY = ["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"];
const CONFLICTS = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
];
const UNSUPPORTED = "unsupported scope applied to resource";

function quantities(list: Draft, path: FieldPath): FieldError[] {
  return Object.keys(list ?? {})
    .sort()
    .flatMap((key) => [...quotaResourceName(key, path.key(key)), ...resourceQuantity(key, list[key], path.key(key))]);
}

function unsupported(scope: string, hard: Draft): number {
  const counted = Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined;
  if (!counted) return 0;
  return Object.keys(hard ?? {}).filter((key) => isStandardQuotaResource(key) && !counted.includes(key)).length;
}

function conflicts(scopes: readonly string[], value: Draft, path: FieldPath): FieldError[] {
  const found = CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope)));
  return found.map(() => invalidValue(path, value ?? null, "conflicting scopes"));
}

function scopeErrors({ scopes = [], hard }: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!Object.hasOwn(SCOPES, scope)) errors.push(invalidValue(path, scopes, "unsupported scope"));
    for (let count = unsupported(scope, hard); count > 0; count--) errors.push(invalidValue(path, scopes, UNSUPPORTED));
  }
  return [...errors, ...conflicts(scopes, scopes, path)];
}

function operatorErrors({ scopeName, operator = "", values = [] }: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const only =
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
  const at = path.child("operator");
  if (EXISTS_ONLY.includes(scopeName) && operator !== "Exists") errors.push(invalidValue(at, operator, only));
  if (operator === "In" || operator === "NotIn") {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(path.child("values"), detail));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalidValue(path.child("values"), values, detail));
  } else errors.push(invalidValue(at, operator, "not a valid selector operator"));
  return errors;
}

/** Upstream reports every expression at the list. */
function selectorErrors(spec: Draft, root: FieldPath): FieldError[] {
  if (!spec.scopeSelector) return [];
  const path = root.child("scopeSelector", "matchExpressions");
  const expressions = spec.scopeSelector.matchExpressions ?? [];
  const errors: FieldError[] = [];
  for (const expression of expressions) {
    const { scopeName = "" } = expression;
    const known = Object.hasOwn(SCOPES, scopeName);
    if (!known) errors.push(invalidValue(path.child("scopeName"), scopeName, "unsupported scope"));
    for (let count = unsupported(scopeName, spec.hard); count > 0; count--) {
      errors.push(invalidValue(path, spec.scopeSelector, UNSUPPORTED));
    }
    errors.push(...operatorErrors(expression, path));
  }
  const names = expressions.map((each: Draft) => each.scopeName);
  return [...errors, ...conflicts(names, spec.scopes, path)];
}

function specErrors({ spec = {} }: Draft): FieldError[] {
  const path = fieldPath("spec");
  return [
    ...quantities(spec.hard, path.child("hard")),
    ...scopeErrors(spec, path.child("scopes")),
    ...selectorErrors(spec, path),
  ];
}

function updateErrors(object: Draft, old: Draft): FieldError[] {
  const [after, before] = [object, old].map(({ spec }) => [...new Set<string>(spec?.scopes ?? [])].sort().join());
  if (after === before) return [];
  return [invalidValue(fieldPath("spec", "scopes"), object.spec?.scopes ?? null, IMMUTABLE)];
}

function statusErrors({ status = {} }: Draft): FieldError[] {
  const path = fieldPath("status");
  return [...quantities(status.hard, path.child("hard")), ...quantities(status.used, path.child("used"))];
}

function warnings({ spec = {} }: Draft): string[] {
  const { hard = {} } = spec;
  return ["cpu", "memory", "ephemeral-storage"].flatMap((resource) => {
    const bare = resource !== "ephemeral-storage" && hard[`requests.${resource}`] === undefined;
    const request = bare ? resource : `requests.${resource}`;
    const limit = `limits.${resource}`;
    if (hard[request] === undefined || hard[limit] === undefined) return [];
    if (compareQuantities(hard[request], hard[limit]) <= 0) return [];
    return [`ResourceQuota ${request} (${hard[request]}) should be less than ${limit} (${hard[limit]})`];
  });
}

/** `pods: 1/10, ...`: used against hard, of limits or of everything else. */
function usage({ status = {} }: Draft, ofLimits: boolean): string {
  const { hard = {}, used = {} } = status;
  const names = Object.keys(hard)
    .sort()
    .filter((key) => key.startsWith("limits.") === ofLimits);
  return names.map((key) => `${key}: ${used[key] ?? "0"}/${hard[key]}`).join(", ");
}

/** ResourceQuota (core/v1). */
export const resourceQuota: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    defaultResourceList(object.spec.hard);
    defaultResourceList(object.status?.hard);
    defaultResourceList(object.status?.used);
  },
  columns: RESOURCE_QUOTA_COLUMNS,
  cells: (object, context) => [name(object), usage(object, false), usage(object, true), age(object, context)],
  strategy: {
    ...PLAIN,
    validate: specErrors,
    validateUpdate: (object, old) => [...specErrors(object), ...updateErrors(object, old)],
    warningsOnCreate: warnings,
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: statusErrors },
};
