const NAME = "pinnace:target-load-packing";

/** What a scheduler needs to read node metrics: a ClusterRole for `system:kube-scheduler`, and its binding. */
export const NODE_METRICS_ROLES: readonly object[] = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: NAME },
    rules: [{ apiGroups: ["metrics.k8s.io"], resources: ["nodes"], verbs: ["get", "list"] }],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: NAME },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: NAME },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:kube-scheduler" }],
  },
];
