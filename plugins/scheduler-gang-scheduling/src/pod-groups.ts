import type { schedulingV1alpha2 } from "@pinnace/api";
import type { ResourceType } from "@pinnace/apimachinery";

export type PodGroup = schedulingV1alpha2.PodGroup;

export const POD_GROUPS: ResourceType<PodGroup> = {
  group: "scheduling.k8s.io",
  version: "v1alpha2",
  resource: "podgroups",
  kind: "PodGroup",
  namespaced: true,
};

/** The resource as plugins register it for events. */
export const POD_GROUP_EVENTS = "podgroups.v1alpha2.scheduling.k8s.io";
