import type { Column } from "@pinnace/apimachinery";
import { AGE, column, NAME, wide } from "../tables/column.ts";

/** Columns of `kubectl get`. */
export const ROLE_BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Role",
    "RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
  ),
  AGE,
  wide("Users", "Users in the roleBinding"),
  wide("Groups", "Groups in the roleBinding"),
  wide("ServiceAccounts", "ServiceAccounts in the roleBinding"),
];

/** Columns of `kubectl get`. */
export const CLUSTER_ROLE_BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column(
    "Role",
    "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
  ),
  AGE,
  wide("Users", "Users in the clusterRoleBinding"),
  wide("Groups", "Groups in the clusterRoleBinding"),
  wide("ServiceAccounts", "ServiceAccounts in the clusterRoleBinding"),
];
