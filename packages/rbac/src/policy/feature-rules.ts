import { READ, type RoleNotation } from "./rule-notation.ts";

/** Rules that upstream adds to roles with the feature GenericWorkload. */
export const GENERIC_WORKLOAD_RULES: RoleNotation = {
  "system:aggregate-to-edit": [
    ["create delete deletecollection patch update", "scheduling.k8s.io", "podgroups workloads"],
  ],
  "system:aggregate-to-view": [[READ, "scheduling.k8s.io", "podgroups podgroups/status workloads"]],
  "system:kube-scheduler": [
    [READ, "scheduling.k8s.io", "podgroups"],
    ["patch update", "scheduling.k8s.io", "podgroups/status"],
  ],
};
