import { deepFreeze, type ObjectMeta } from "@pinnace/apimachinery";
import { type BindingObject, type PolicyRule, RBAC_GROUP, type RoleObject, type Subject } from "../types.ts";
import { CLUSTER_BINDINGS, controllerSubject, NAMESPACE_BINDINGS } from "./bindings.ts";
import { COMPONENT_ROLES } from "./component-roles.ts";
import { CONTROLLER_ROLES } from "./controller-roles.ts";
import { GENERIC_WORKLOAD_RULES } from "./feature-rules.ts";
import { NAMESPACE_ROLES } from "./namespace-roles.ts";
import { type RoleNotation, toRule } from "./rule-notation.ts";
import { USER_ROLES } from "./user-roles.ts";

const API_VERSION = `${RBAC_GROUP}/v1`;
const AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
const CONTROLLER_PREFIX = "system:controller:";

const policies = new Map<boolean, readonly (RoleObject | BindingObject)[]>();

/**
 * The roles and bindings that an API server creates when it starts and they are missing: upstream's default policy of
 * 1.36, with what `features` add. Frozen; the same array each time. `admin`, `edit` and `view` already have the rules that
 * aggregation will find.
 */
export function bootstrapPolicy(
  features: { readonly GenericWorkload?: boolean } = {},
): readonly (RoleObject | BindingObject)[] {
  const key = features.GenericWorkload === true;
  let policy = policies.get(key);
  if (policy === undefined) {
    const roles = clusterRoles(key ? GENERIC_WORKLOAD_RULES : {});
    policy = deepFreeze([...roles, ...clusterRoleBindings(), ...namespacedRoles(), ...namespacedBindings()]);
    policies.set(key, policy);
  }
  return policy;
}

function clusterRoles(more: RoleNotation): readonly RoleObject[] {
  const rulesOf = (name: string): readonly PolicyRule[] => {
    const own = USER_ROLES[name] ?? COMPONENT_ROLES[name] ?? CONTROLLER_ROLES[name] ?? [];
    return [...own, ...(more[name] ?? [])].map(toRule);
  };
  const view = aggregated("view", ["system:aggregate-to-view"].flatMap(rulesOf), "edit");
  const forEdit = ["system:aggregate-to-edit", "system:aggregate-to-view"];
  const edit = aggregated("edit", forEdit.flatMap(rulesOf), "admin");
  const admin = aggregated("admin", [...forEdit, "system:aggregate-to-admin"].flatMap(rulesOf));
  const plain = Object.keys({ ...USER_ROLES, ...COMPONENT_ROLES, ...CONTROLLER_ROLES }).map((name) =>
    clusterRole(name, rulesOf(name), name.startsWith("system:aggregate-to-") ? name.slice(20) : undefined),
  );
  return [admin, edit, view, ...plain];
}

function clusterRole(name: string, rules: readonly PolicyRule[], aggregateTo?: string): RoleObject {
  return { apiVersion: API_VERSION, kind: "ClusterRole", metadata: metadata(name, undefined, aggregateTo), rules };
}

function aggregated(name: string, rules: readonly PolicyRule[], aggregateTo?: string): RoleObject {
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
