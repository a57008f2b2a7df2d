/** The CustomResourceDefinition of PodGroups, for `kubectl apply`. */
export const POD_GROUP_DEFINITION: object = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "podgroups.scheduling.x-k8s.io" },
  spec: {
    group: "scheduling.x-k8s.io",
    names: {
      kind: "PodGroup",
      listKind: "PodGroupList",
      plural: "podgroups",
      singular: "podgroup",
      shortNames: ["pg", "pgs"],
    },
    scope: "Namespaced",
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "MinMember", type: "integer", jsonPath: ".spec.minMember" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  minMember: { type: "integer", format: "int32", minimum: 1 },
                  minResources: {
                    type: "object",
                    additionalProperties: { "x-kubernetes-int-or-string": true },
                  },
                  scheduleTimeoutSeconds: { type: "integer", format: "int32" },
                },
              },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};
