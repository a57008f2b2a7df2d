import type { KubernetesObject } from "@pinnace/apimachinery";
import type { PodInfo } from "./node-info.ts";

/**
 * What in the cluster may make a pod schedulable, by resource: `Pod`, `AssignedPod`, `Node`, `PersistentVolumeClaim`, ...;
 * any other resource as `<plural>.<version>.<group>`, such as `podgroups.v1alpha1.scheduling.x-k8s.io`: the scheduler
 * watches it because a plugin registers it.
 */
export type EventResource =
  | "*"
  | "Pod"
  | "AssignedPod"
  | "UnscheduledPod"
  | "Node"
  | "PersistentVolume"
  | "PersistentVolumeClaim"
  | "StorageClass"
  | "CSINode"
  | "CSIDriver"
  | "CSIStorageCapacity"
  | "ResourceClaim"
  | "ResourceSlice"
  | "DeviceClass"
  | "PodDisruptionBudget"
  | "Namespace"
  | (string & {});

export type EventAction =
  | "Add"
  | "Delete"
  | "UpdateNodeAllocatable"
  | "UpdateNodeLabel"
  | "UpdateNodeTaint"
  | "UpdateNodeCondition"
  | "UpdateNodeAnnotation"
  | "UpdateNodeDeclaredFeature"
  | "UpdatePodLabel"
  | "UpdatePodScaleDown"
  | "UpdatePodTolerations"
  | "UpdatePodSchedulingGatesEliminated"
  | "Update";

/** Something that happened. */
export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: EventAction;
}

/** `Queue`: this event may let the pod be scheduled, try it again (after its back-off). `QueueSkip`: it cannot. */
export type QueueingHint = "Queue" | "QueueSkip";

/**
 * Called when a registered event happens, once for each pod that the plugin rejected, with the object before and after.
 * Must be quick and pure; what it throws counts as `Queue`.
 */
export type QueueingHintFunction = (
  pod: PodInfo,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
) => QueueingHint;

/** An event that a plugin registers; without a hint every such event queues the pod. */
export interface ClusterEventWithHint {
  readonly event: { readonly resource: EventResource; readonly actions: readonly EventAction[] | "*" };
  readonly hint?: QueueingHintFunction;
}
