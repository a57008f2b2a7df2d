const AMOUNTS = { type: "object", additionalProperties: { "x-kubernetes-int-or-string": true } };

/** The CustomResourceDefinition of ElasticQuotas, for `kubectl apply`. */
export const ELASTIC_QUOTA_DEFINITION: object = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "elasticquotas.scheduling.x-k8s.io" },
  spec: {
    group: "scheduling.x-k8s.io",
    names: {
      kind: "ElasticQuota",
      listKind: "ElasticQuotaList",
      plural: "elasticquotas",
      singular: "elasticquota",
      shortNames: ["eq", "eqs"],
    },
    scope: "Namespaced",
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Used", type: "string", jsonPath: ".status.used" },
          { name: "Max", type: "string", jsonPath: ".spec.max" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { min: AMOUNTS, max: AMOUNTS } },
              status: { type: "object", properties: { used: AMOUNTS } },
            },
          },
        },
      },
    ],
  },
};

/** What a scheduler needs to write `status.used`: a ClusterRole for `system:kube-scheduler`, and its binding. */
export const ELASTIC_QUOTA_ROLES: readonly object[] = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "pinnace:capacity-scheduling" },
    rules: [
      { apiGroups: ["scheduling.x-k8s.io"], resources: ["elasticquotas"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["scheduling.x-k8s.io"], resources: ["elasticquotas/status"], verbs: ["patch", "update"] },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "pinnace:capacity-scheduling" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "pinnace:capacity-scheduling" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:kube-scheduler" }],
  },
];
