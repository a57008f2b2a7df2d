import {
  CSI_DRIVERS,
  CSI_STORAGE_CAPACITIES,
  type CSIStorageCapacity,
  type Node,
  type PersistentVolumeClaim,
  STORAGE_CLASSES,
} from "@pinnace/api";
import { labelMatcher } from "@pinnace/apimachinery";
import { type ClusterReader, unitsOf } from "@pinnace/scheduler-framework";

/**
 * Whether a volume of the claim's size can be made where the node is. Only drivers that say so (`spec.storageCapacity` of
 * the CSIDriver) are asked: one of their CSIStorageCapacity objects must have the space (KEP-1472).
 */
export function hasEnoughCapacity({ spec }: PersistentVolumeClaim, node: Node, reader: ClusterReader): boolean {
  const size = spec?.resources?.requests?.storage;
  const className = spec?.storageClassName ?? "";
  const driver = reader.get(CSI_DRIVERS, reader.get(STORAGE_CLASSES, className)?.provisioner ?? "");
  if (size === undefined || driver?.spec?.storageCapacity !== true) return true;
  const wanted = unitsOf(size);
  return reader
    .list(CSI_STORAGE_CAPACITIES)
    .some((capacity) => capacity.storageClassName === className && limitOf(capacity) >= wanted && sees(node, capacity));
}

/** The largest volume that can be made; none when nothing is said. */
function limitOf({ maximumVolumeSize, capacity }: CSIStorageCapacity): number {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? Number.NEGATIVE_INFINITY : unitsOf(limit);
}

/** Without a topology no node sees the storage. */
function sees({ metadata }: Node, { nodeTopology }: CSIStorageCapacity): boolean {
  if (nodeTopology === undefined) return false;
  const matcher = labelMatcher(nodeTopology as Parameters<typeof labelMatcher>[0]);
  return matcher.matches(metadata?.labels as Readonly<Record<string, string>> | undefined);
}
