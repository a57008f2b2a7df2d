import { MANDATORY_FLOW_SCHEMAS, MANDATORY_PRIORITY_LEVELS } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";

const API_VERSION = "flowcontrol.apiserver.k8s.io/v1";
const AUTO_UPDATE = { annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } };
/** What upstream's controller says of a flow schema whose priority level exists. */
function levelFound(level: string, lastTransitionTime: string): object {
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} and it exists`;
  return { conditions: [{ type: "Dangling", status: "False", lastTransitionTime, reason: "Found", message }] };
}

/** The flow schemas and priority levels that no cluster is without (KEP-1040): `exempt` and `catch-all`. `now` is in RFC 3339. */
export function mandatoryFlowControl(now: string): readonly KubernetesObject[] {
  const object = (kind: string, name: string, spec: object): KubernetesObject & { readonly spec: object } => ({
    apiVersion: API_VERSION,
    kind,
    metadata: { name, ...AUTO_UPDATE },
    spec,
  });
  return [
    ...Object.entries(MANDATORY_PRIORITY_LEVELS).map(([name, spec]) =>
      object("PriorityLevelConfiguration", name, spec),
    ),
    ...Object.entries(MANDATORY_FLOW_SCHEMAS).map(([name, spec]) => ({
      ...object("FlowSchema", name, spec),
      status: levelFound(spec.priorityLevelConfiguration.name, now),
    })),
  ];
}
