import type { Column, Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { same } from "../rules/equal.ts";
import { goValue } from "../rules/go-json.ts";
import { each, fields } from "../rules/rule.ts";
import { pathSegment } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { UPSERT, validation } from "../tables/kind.ts";
import { CLUSTER_ROLE_BINDING_COLUMNS, ROLE_BINDING_COLUMNS } from "./columns.ts";
import { defaultBinding, roleReference, subject } from "./subjects.ts";

function sameRole({ roleRef }: Draft, old: Draft): FieldError[] {
  if (same(roleRef, old.roleRef)) return [];
  const shown = goValue("RoleRef", roleRef);
  return [invalidValue(fieldPath("roleRef"), shown, "cannot change roleRef")];
}

function subjectsOf(binding: Draft, kind: string): Draft[] {
  return (binding.subjects ?? []).filter((item: Draft) => item.kind === kind);
}

function namesOf(binding: Draft, kind: string): string {
  return subjectsOf(binding, kind)
    .map((item) => item.name)
    .join(", ");
}

function accountsOf(binding: Draft): string {
  return subjectsOf(binding, "ServiceAccount")
    .map((item) => (item.namespace ? `${item.namespace}/${item.name}` : item.name))
    .join(", ");
}

function binding(columns: readonly Column[], roles: readonly string[], namespaced: boolean): KindBehaviour {
  return {
    default: defaultBinding,
    columns,
    cells: (object, context) => [
      name(object),
      `${object.roleRef?.kind ?? ""}/${object.roleRef?.name ?? ""}`,
      age(object, context),
      namesOf(object, "User"),
      namesOf(object, "Group"),
      accountsOf(object),
    ],
    strategy: {
      ...UPSERT,
      validateName: pathSegment,
      ...validation(fields({ roleRef: roleReference(roles), subjects: each(subject(namespaced)) }), sameRole),
    },
  };
}

/** RoleBinding (rbac.authorization.k8s.io/v1). */
export const roleBinding: KindBehaviour = binding(ROLE_BINDING_COLUMNS, ["Role", "ClusterRole"], true);

/** ClusterRoleBinding (rbac.authorization.k8s.io/v1). */
export const clusterRoleBinding: KindBehaviour = binding(CLUSTER_ROLE_BINDING_COLUMNS, ["ClusterRole"], false);
