import type { Draft, KubernetesObject } from "@pinnace/apimachinery";

const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";
const AUTO_UPDATE = { annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } };
const EVERYTHING = {
  resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};
const group = (name: string): object => ({ kind: "Group", group: { name } });

/** What upstream's controller says of a flow schema whose priority level exists. */
function levelFound(level: string, lastTransitionTime: string): object {
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} and it exists`;
  return { conditions: [{ type: "Dangling", status: "False", lastTransitionTime, reason: "Found", message }] };
}

/** The flow schemas and priority levels that no cluster is without (KEP-1040): `exempt` and `catch-all`. `now` is in RFC 3339. */
export function mandatoryFlowControl(now: string): readonly KubernetesObject[] {
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
      status: levelFound("exempt", now),
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
      status: levelFound("catch-all", now),
    },
  ];
  return objects;
}
