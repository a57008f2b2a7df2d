import { deepFreeze, type ObjectMeta } from "@pinnace/apimachinery";
import { type BindingObject, type PolicyRule, RBAC_GROUP, type RoleObject, type Subject } from "../types.ts";
import { CLUSTER_BINDINGS, controllerSubject, NAMESPACE_BINDINGS } from "./bindings.ts";
import { COMPONENT_ROLES } from "./component-roles.ts";
import { CONTROLLER_ROLES } from "./controller-roles.ts";
import { NAMESPACE_ROLES } from "./namespace-roles.ts";
import { type RoleNotation, toRule } from "./rule-notation.ts";
import { USER_ROLES } from "./user-roles.ts";

const API_VERSION = `${RBAC_GROUP}/v1`;
const AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
const CONTROLLER_PREFIX = "system:controller:";

let policy: readonly (RoleObject | BindingObject)[] | undefined;

/**
 * The roles and bindings that an API server creates when it starts and they are missing: upstream's default policy of
 * 1.36. Frozen; the same array each time. `admin`, `edit` and `view` already have the rules that aggregation will find.
 */
export function bootstrapPolicy(): readonly (RoleObject | BindingObject)[] {
  policy ??= deepFreeze([...clusterRoles(), ...clusterRoleBindings(), ...namespacedRoles(), ...namespacedBindings()]);
  return policy;
}

function clusterRoles(): readonly RoleObject[] {
  const view = aggregated("view", ["system:aggregate-to-view"], "edit");
  const edit = aggregated("edit", ["system:aggregate-to-edit", "system:aggregate-to-view"], "admin");
  const admin = aggregated("admin", [
    "system:aggregate-to-edit",
    "system:aggregate-to-view",
    "system:aggregate-to-admin",
  ]);
  const plain = Object.entries({ ...USER_ROLES, ...COMPONENT_ROLES, ...CONTROLLER_ROLES }).map(([name, rules]) =>
    clusterRole(name, rules.map(toRule), name.startsWith("system:aggregate-to-") ? name.slice(20) : undefined),
  );
  return [admin, edit, view, ...plain];
}

function clusterRole(name: string, rules: readonly PolicyRule[], aggregateTo?: string): RoleObject {
  return { apiVersion: API_VERSION, kind: "ClusterRole", metadata: metadata(name, undefined, aggregateTo), rules };
}

function aggregated(name: string, parts: readonly string[], aggregateTo?: string): RoleObject {
  const rules = parts.flatMap((part) => (USER_ROLES[part] ?? []).map(toRule));
  const matchLabels = { [`${AGGREGATE}${name}`]: "true" };
  return { ...clusterRole(name, rules, aggregateTo), aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } };
}

function metadata(name: string, namespace?: string, aggregateTo?: string): ObjectMeta {
  return {
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
    labels: {
      "kubernetes.io/bootstrapping": "rbac-defaults",
      ...(aggregateTo === undefined ? {} : { [`${AGGREGATE}${aggregateTo}`]: "true" }),
    },
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function clusterRoleBindings(): readonly BindingObject[] {
  const controllers = Object.keys(CONTROLLER_ROLES).map(
    (name) => [name, [controllerSubject(name.slice(CONTROLLER_PREFIX.length))]] as const,
  );
  return [...Object.entries(CLUSTER_BINDINGS), ...controllers].map(([name, subjects]) =>
    binding("ClusterRoleBinding", metadata(name), "ClusterRole", name, subjects),
  );
}

function binding(
  kind: string,
  meta: ObjectMeta,
  roleKind: string,
  roleName: string,
  subjects: readonly Subject[],
): BindingObject {
  const roleRef = { apiGroup: RBAC_GROUP, kind: roleKind, name: roleName };
  return { apiVersion: API_VERSION, kind, metadata: meta, roleRef, ...(subjects.length === 0 ? {} : { subjects }) };
}

function namespacedRoles(): readonly RoleObject[] {
  return Object.entries(NAMESPACE_ROLES).flatMap(([namespace, roles]: [string, RoleNotation]) =>
    Object.entries(roles).map(([name, rules]) => ({
      apiVersion: API_VERSION,
      kind: "Role",
      metadata: metadata(name, namespace),
      rules: rules.map(toRule),
    })),
  );
}

function namespacedBindings(): readonly BindingObject[] {
  return Object.entries(NAMESPACE_BINDINGS).flatMap(([namespace, bindings]) =>
    Object.entries(bindings).map(([name, { role, subjects }]) =>
      binding("RoleBinding", metadata(name, namespace), "Role", role, subjects),
    ),
  );
}

/** The rules of every node, which the node authorizer narrows down. */
export function nodeRules(): readonly PolicyRule[] {
  return (COMPONENT_ROLES["system:node"] ?? []).map(toRule);
}
