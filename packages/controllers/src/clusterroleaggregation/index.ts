import { CLUSTER_ROLES, type ClusterRole, type PolicyRule } from "@pinnace/api";
import { hasReason, labelMatcher, semanticEqual } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";

/** Fills ClusterRoles that have an `aggregationRule` with the rules of the roles that it selects. */
export const clusterRoleAggregationController: ControllerFactory = {
  name: "clusterrole-aggregation-controller",
  create: ({ client, informers }) => {
    const roles = informers.informer(CLUSTER_ROLES);
    return {
      concurrency: 5,
      watches: [
        // Any role may be selected by any aggregating one, before or after the change.
        watchOf(roles, () => roles.lister.list().filter(isAggregating).map(nameOf)),
      ],
      reconcile: async (name) => {
        const role = roles.lister.get(name);
        if (role === undefined || !isAggregating(role)) return undefined;
        const rules = aggregate(role, roles.lister.list());
        if (semanticEqual(rules, role.rules)) return undefined;
        // Applying no rules takes back those that were applied before, and leaves those that somebody else wrote.
        const head = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name } };
        const body = rules.length === 0 ? head : { ...head, rules };
        const options = { fieldManager: "clusterrole-aggregation-controller", force: true };
        try {
          await client.resource(CLUSTER_ROLES).patch(name, { type: "apply", body }, options);
        } catch (error) {
          if (!hasReason(error, "NotFound")) throw error;
        }
        return undefined;
      },
    };
  },
};

/** The rules of all selected roles: selectors in their order, roles by name, equal rules once. */
function aggregate(role: ClusterRole, roles: readonly ClusterRole[]): readonly PolicyRule[] {
  const sorted = [...roles].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matcher = labelMatcher(selector);
    for (const selected of sorted) {
      if (nameOf(selected) === nameOf(role) || !matcher.matches(selected.metadata?.labels ?? {})) continue;
      for (const rule of selected.rules ?? [])
        if (!rules.some((present) => semanticEqual(present, rule))) rules.push(rule);
    }
  }
  return rules;
}

function isAggregating({ aggregationRule }: ClusterRole): boolean {
  return aggregationRule !== undefined;
}

function nameOf({ metadata }: ClusterRole): string {
  return metadata?.name ?? "";
}
