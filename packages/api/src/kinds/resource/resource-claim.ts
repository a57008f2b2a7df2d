import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { immutableStruct } from "../rules/equal.ts";
import { labels } from "../rules/label-selector.ts";
import { check, fields, ifPresent, needed } from "../rules/rule.ts";
import { age, name, nameAndAge } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { claimSpec, defaultClaimSpec } from "./claim-spec.ts";
import { RESOURCE_CLAIM_COLUMNS, RESOURCE_CLAIM_TEMPLATE_COLUMNS } from "./columns.ts";
import { setOf } from "./device-rules.ts";

const SPEC = fieldPath("spec");
const STATUS = fieldPath("status");

function state({ metadata, status }: Draft): string {
  const states = metadata?.deletionTimestamp ? ["deleted"] : [];
  if (status?.allocation) states.push("allocated");
  else if (states.length === 0) states.push("pending");
  if (status?.allocation && (status.reservedFor ?? []).length > 0) states.push("reserved");
  return states.join(",");
}

const reservedFor = setOf(fields({ resource: needed(), name: needed(), uid: needed() }), (user) => user.uid ?? "");

function statusErrors({ metadata, status = {} }: Draft, old: Draft): FieldError[] {
  const errors = check(fields({ reservedFor }), status, STATUS);
  const path = STATUS.child("reservedFor");
  const before: Draft[] = old.status?.reservedFor ?? [];
  const users: Draft[] = status.reservedFor ?? [];
  if (users.length > 0 && !status.allocation) {
    errors.push(forbiddenField(path, "may not be specified when `allocated` is not set"));
  } else if (metadata?.deletionTimestamp && users.some(({ uid }) => !before.some((user) => user.uid === uid))) {
    const detail = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set";
    errors.push(forbiddenField(path, detail));
  }
  if (!old.status?.allocation || !status.allocation) return errors;
  return [
    ...errors,
    ...immutableStruct("AllocationResult", status.allocation, old.status.allocation, STATUS.child("allocation")),
  ];
}

/** ResourceClaim (resource.k8s.io/v1). */
export const resourceClaim: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    defaultClaimSpec(object.spec);
  },
  columns: RESOURCE_CLAIM_COLUMNS,
  cells: (object, context) => [name(object), state(object), age(object, context)],
  strategy: {
    ...PLAIN,
    validate: (object) => check(claimSpec, object.spec, SPEC),
    validateUpdate: (object, old) => immutableStruct("ResourceClaimSpec", object.spec, old.spec, SPEC),
  },
  statusStrategy: { prepareForUpdate: keepSpecAndMetadata, validateUpdate: statusErrors },
};

const templateSpec = fields({ metadata: ifPresent(fields({ labels })), spec: claimSpec });

/** ResourceClaimTemplate (resource.k8s.io/v1). */
export const resourceClaimTemplate: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.spec ??= {};
    defaultClaimSpec(object.spec.spec);
  },
  columns: RESOURCE_CLAIM_TEMPLATE_COLUMNS,
  cells: nameAndAge,
  strategy: {
    ...PLAIN,
    validate: (object) => check(templateSpec, object.spec, SPEC),
    validateUpdate: (object, old) => [
      ...check(templateSpec, object.spec, SPEC),
      ...immutableStruct("ResourceClaimTemplateSpec", object.spec, old.spec, SPEC),
    ],
  },
};
