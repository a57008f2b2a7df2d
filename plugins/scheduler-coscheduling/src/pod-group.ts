import type { Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";

/** The label of a pod that names the PodGroup (of its namespace) that it belongs to. */
export const POD_GROUP_LABEL = "scheduling.x-k8s.io/pod-group";

/** A set of pods that are of use only together (scheduling.x-k8s.io/v1alpha1). */
export interface PodGroup extends KubernetesObject {
  readonly spec?: {
    /** How many pods have to fit before any of them is bound; 0: no condition. */
    readonly minMember?: number;
    /** Quantities that the cluster must have free, for all of them together, before any is tried. */
    readonly minResources?: Readonly<Record<string, string>>;
    /** How long pods wait for each other; default the plugin's. */
    readonly scheduleTimeoutSeconds?: number;
  };
}

export const POD_GROUPS: ResourceType<PodGroup> = {
  group: "scheduling.x-k8s.io",
  version: "v1alpha1",
  resource: "podgroups",
  kind: "PodGroup",
  namespaced: true,
};

/** The resource as plugins register it for events. */
export const POD_GROUP_EVENTS = "podgroups.v1alpha1.scheduling.x-k8s.io";

/** `namespace/name` of a pod's group; undefined for a pod that is on its own. */
export function groupKeyOf({ metadata }: Pod): string | undefined {
  const name = (metadata?.labels as Readonly<Record<string, string>> | undefined)?.[POD_GROUP_LABEL];
  return name === undefined || name === "" ? undefined : `${metadata?.namespace}/${name}`;
}
