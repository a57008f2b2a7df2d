import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { immutable } from "../rules/equal.ts";
import { fields, type Rule } from "../rules/rule.ts";
import { dns1035, dnsSubdomain } from "../rules/text.ts";
import { name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { STORAGE_VERSION_MIGRATION_COLUMNS } from "./columns.ts";

const STATES = ["Running", "Failed", "Succeeded"];
const CONDITIONS = fieldPath("status", "conditions");

const resource: Rule = (value, path, errors) => {
  if (!value) return void errors.push(required(path, "resource is required to be set"));
  const messages = dns1035(value);
  if (messages.length > 0) errors.push(invalidValue(path, value, messages.join(",")));
};

const group: Rule = (value, path, errors) => {
  const messages = value ? dnsSubdomain(value) : [];
  if (messages.length > 0) errors.push(invalidValue(path, value, messages.join(",")));
};

const spec = fields({ resource: fields({ resource, group }) });

function isTrue({ status }: Draft, type: string): boolean {
  return (status?.conditions ?? []).some((item: Draft) => item.type === type && item.status === "True");
}

function statusErrors(object: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (message: string): void => {
    errors.push(invalidValue(CONDITIONS, object.status?.conditions ?? null, message));
  };
  const before = old.status?.resourceVersion;
  if (before) errors.push(...immutable(object.status?.resourceVersion, before, fieldPath("status", "resourceVersion")));
  if (isTrue(object, "Succeeded") && isTrue(object, "Failed")) {
    invalid("Both success and failed conditions cannot be true at the same time");
  }
  for (const [type, word] of [
    ["Succeeded", "Success"],
    ["Failed", "Failed"],
  ] as const) {
    if (isTrue(old, type) && !isTrue(object, type)) invalid(`${word} condition cannot be set to false once it is true`);
  }
  return errors;
}

function state(object: Draft): string {
  const types: string[] = (object.status?.conditions ?? [])
    .filter((item: Draft) => item.status === "True")
    .map((item: Draft) => item.type);
  return types.findLast((type) => STATES.includes(type)) ?? "Unknown";
}

/** StorageVersionMigration (storagemigration.k8s.io/v1beta1). */
export const storageVersionMigration: KindBehaviour = {
  columns: STORAGE_VERSION_MIGRATION_COLUMNS,
  cells: (object) => {
    const { resource: own = "", group: ownGroup } = object.spec?.resource ?? {};
    return [name(object), ownGroup ? `${own}.${ownGroup}` : own, state(object)];
  },
  strategy: {
    ...STRICT,
    ...validation(fields({ spec }), (object, old) => immutable(object.spec, old.spec, fieldPath("spec"))),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: statusErrors },
};
