import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";

/** What may be done to what (rbac/v1 PolicyRule). */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Who (rbac/v1 Subject). */
export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Which role (rbac/v1 RoleRef). */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/** rbac/v1 Role and ClusterRole. */
export interface RoleObject extends KubernetesObject {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: {
    readonly clusterRoleSelectors?: readonly { readonly matchLabels?: Readonly<Record<string, string>> }[];
  };
}

/** rbac/v1 RoleBinding and ClusterRoleBinding. */
export interface BindingObject extends KubernetesObject {
  readonly subjects?: readonly Subject[] | null;
  readonly roleRef: RoleRef;
}

export const RBAC_GROUP = "rbac.authorization.k8s.io" as const;

const type = <T extends KubernetesObject>(resource: string, kind: string, namespaced: boolean): ResourceType<T> =>
  Object.freeze({ group: RBAC_GROUP, version: "v1", resource, kind, namespaced });

export const CLUSTER_ROLES: ResourceType<RoleObject> = type("clusterroles", "ClusterRole", false);
export const CLUSTER_ROLE_BINDINGS: ResourceType<BindingObject> = type(
  "clusterrolebindings",
  "ClusterRoleBinding",
  false,
);
export const ROLES: ResourceType<RoleObject> = type("roles", "Role", true);
export const ROLE_BINDINGS: ResourceType<BindingObject> = type("rolebindings", "RoleBinding", true);
