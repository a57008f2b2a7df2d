import type { DeviceRequest, Pod, ResourceClaim } from "@pinnace/api";
import { type ClusterReader, deviceClassOfResource, podRequests } from "@pinnace/scheduler-framework";

/** Marks claims that a scheduler made for a pod's extended resources. */
const ANNOTATION = "resource.kubernetes.io/extended-resource-claim";

/** The extended resources of a pod that device classes back: resource name to class name. */
export function extendedResourcesOf(pod: Pod, reader: ClusterReader): ReadonlyMap<string, string> {
  const classes = new Map<string, string>();
  for (const [resource, amount] of podRequests(pod).scalar) {
    const name = amount === 0 ? undefined : deviceClassOfResource(reader, resource)?.metadata?.name;
    if (name !== undefined) classes.set(resource, name);
  }
  return classes;
}

/** The claim for a pod's extended resources; the server names it. */
export function extendedClaim({ metadata }: Pod, requests: readonly DeviceRequest[]): ResourceClaim {
  const { name = "", namespace = "", uid = "" } = metadata ?? {};
  return {
    metadata: {
      generateName: `${name}-extended-resources-`,
      namespace,
      annotations: { [ANNOTATION]: "true" },
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid, controller: true }],
    },
    spec: { devices: { requests } },
  };
}

export function isExtendedClaimOf({ metadata }: ResourceClaim, pod: Pod): boolean {
  return (
    metadata?.annotations?.[ANNOTATION] === "true" &&
    (metadata.ownerReferences ?? []).some(({ uid }) => uid === pod.metadata?.uid)
  );
}
