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
          { name: "Max", type: "string", jsonPath: ".spec.max" },
          { name: "Min", type: "string", jsonPath: ".spec.min" },
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
