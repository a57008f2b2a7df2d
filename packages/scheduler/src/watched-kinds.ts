import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  DEVICE_CLASSES,
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
} from "@pinnace/api";
import type { ResourceType } from "@pinnace/apimachinery";
import type { EventResource } from "@pinnace/scheduler-framework";

/** What besides nodes and pods may make a pod schedulable. */
export const WATCHED_KINDS: readonly { readonly type: ResourceType<never>; readonly resource: EventResource }[] = [
  { type: NAMESPACES, resource: "Namespace" },
  { type: PERSISTENT_VOLUMES, resource: "PersistentVolume" },
  { type: PERSISTENT_VOLUME_CLAIMS, resource: "PersistentVolumeClaim" },
  { type: STORAGE_CLASSES, resource: "StorageClass" },
  { type: CSI_NODES, resource: "CSINode" },
  { type: CSI_DRIVERS, resource: "CSIDriver" },
  { type: CSI_STORAGE_CAPACITIES, resource: "CSIStorageCapacity" },
  { type: DEVICE_CLASSES, resource: "DeviceClass" },
  { type: RESOURCE_CLAIMS, resource: "ResourceClaim" },
  { type: RESOURCE_SLICES, resource: "ResourceSlice" },
  { type: POD_DISRUPTION_BUDGETS, resource: "PodDisruptionBudget" },
] as unknown as readonly { readonly type: ResourceType<never>; readonly resource: EventResource }[];

/** What plugins read besides; its changes make no pod schedulable. */
export const LISTED_KINDS: readonly ResourceType<never>[] = [
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
  STATEFUL_SETS,
] as unknown as readonly ResourceType<never>[];

/** `podgroups.v1alpha1.scheduling.x-k8s.io` as a type; undefined for the short names of built-in kinds. */
export function registeredType(resource: EventResource): ResourceType | undefined {
  const [, plural = "", version = "", group = ""] = /^([a-z0-9-]+)\.(v[a-z0-9]+)\.(.+)$/.exec(resource) ?? [];
  return plural === "" ? undefined : { group, version, resource: plural, kind: "", namespaced: true };
}
