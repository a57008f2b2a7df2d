import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { immutable } from "../rules/equal.ts";
import { check, fields, ifPresent, oneOf } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { PRIORITY_CLASS_COLUMNS } from "./columns.ts";

const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PREFIX = "system-";
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

function forUsers(priorityClass: Draft): FieldError[] {
  const name: string = priorityClass.metadata?.name ?? "";
  const value = priorityClass.value ?? 0;
  if (name.startsWith(SYSTEM_PREFIX)) {
    if (SYSTEM_CLASSES[name] === value && !priorityClass.globalDefault) return [];
    const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
    return [forbiddenField(fieldPath("metadata", "name"), detail)];
  }
  if (value <= HIGHEST_USER_PRIORITY) return [];
  const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
  return [forbiddenField(fieldPath("value"), detail)];
}

const policy = fields({ preemptionPolicy: ifPresent(oneOf("PreemptLowerPriority", "Never")) });

/** PriorityClass (scheduling.k8s.io/v1). */
export const priorityClass: KindBehaviour = {
  default: (object: Draft) => {
    object.preemptionPolicy ??= "PreemptLowerPriority";
  },
  columns: PRIORITY_CLASS_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.value ?? 0,
    object.globalDefault ?? false,
    age(object, context),
    object.preemptionPolicy ?? "",
  ],
  strategy: {
    ...COUNTED,
    validate: (object) => [...forUsers(object), ...check(policy, object, fieldPath())],
    validateUpdate: (object: Draft, old: Draft) => [
      ...(object.value === old.value ? [] : [forbiddenField(fieldPath("value"), "may not be changed in an update.")]),
      ...immutable(object.preemptionPolicy, old.preemptionPolicy, fieldPath("preemptionPolicy")),
    ],
  },
};
