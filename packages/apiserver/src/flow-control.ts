import type { Draft, KubernetesObject } from "@pinnace/apimachinery";

const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";
const AUTO_UPDATE = { annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } };
const EVERYTHING = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};
const group = (name: string): object => ({ kind: "Group", group: { name } });

/** The flow schemas and priority levels that no cluster is without (KEP-1040): `exempt` and `catch-all`. */
export function mandatoryFlowControl(): readonly KubernetesObject[] {
  const objects: Draft[] = [
    {
      apiVersion: API_VERSION,
      kind: "PriorityLevelConfiguration",
      metadata: { name: "exempt", ...AUTO_UPDATE },
      spec: { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
    },
    {
      apiVersion: API_VERSION,
      kind: "PriorityLevelConfiguration",
      metadata: { name: "catch-all", ...AUTO_UPDATE },
      spec: {
        type: "Limited",
        limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: "Reject" } },
      },
    },
    {
      apiVersion: API_VERSION,
      kind: "FlowSchema",
      metadata: { name: "exempt", ...AUTO_UPDATE },
      spec: {
        priorityLevelConfiguration: { name: "exempt" },
        matchingPrecedence: 1,
        rules: [{ subjects: [group("system:masters")], ...EVERYTHING }],
      },
    },
    {
      apiVersion: API_VERSION,
      kind: "FlowSchema",
      metadata: { name: "catch-all", ...AUTO_UPDATE },
      spec: {
        priorityLevelConfiguration: { name: "catch-all" },
        matchingPrecedence: 10_000,
        distinguisherMethod: { type: "ByUser" },
        rules: [{ subjects: [group("system:unauthenticated"), group("system:authenticated")], ...EVERYTHING }],
      },
    },
  ];
  return objects;
}
