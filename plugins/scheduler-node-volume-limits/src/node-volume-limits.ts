import { CSI_NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, type Pod, STORAGE_CLASSES } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  type NodeInfo,
  podVolumeClaims,
  type SchedulerPlugin,
  SKIP,
  type Status,
  SUCCESS,
  unschedulable,
} from "@pinnace/scheduler-framework";

const REJECTED = unschedulable("node(s) exceed max volume count");

export function createNodeVolumeLimits(reader: ClusterReader): SchedulerPlugin {
  return {
    preFilter: ({ pod }) => ({ status: podVolumeClaims(pod.pod).length === 0 ? SKIP : SUCCESS }),
    filter: (cycle, node) => filter(cycle, node, reader),
    eventsToRegister: () => [
      { event: { resource: "CSINode", actions: ["Add", "Update"] } },
      { event: { resource: "AssignedPod", actions: ["Delete"] } },
      { event: { resource: "PersistentVolumeClaim", actions: ["Add", "Update"] } },
    ],
  };
}

function filter({ pod }: Cycle, { name, pods }: NodeInfo, reader: ClusterReader): Status {
  const limits = limitsOf(name, reader);
  if (limits.size === 0) return SUCCESS;
  const wanted = volumesOf(pod.pod, reader);
  const attached = new Map<string, string>();
  for (const other of pods) {
    for (const [volume, driver] of volumesOf(other.pod, reader)) attached.set(volume, driver);
  }
  const counts = new Map<string, number>();
  for (const driver of attached.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  for (const [volume, driver] of wanted) {
    if (attached.has(volume)) continue;
    const count = (counts.get(driver) ?? 0) + 1;
    if (count > (limits.get(driver) ?? Number.POSITIVE_INFINITY)) return REJECTED;
    counts.set(driver, count);
  }
  return SUCCESS;
}

/** How many volumes a node takes, by driver; drivers without a limit are left out. */
function limitsOf(nodeName: string, reader: ClusterReader): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of reader.get(CSI_NODES, nodeName)?.spec?.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  return limits;
}

/** The drivers of a pod's volumes, by an identity that volumes keep over claims: `driver/handle`. */
function volumesOf(pod: Pod, reader: ClusterReader): ReadonlyMap<string, string> {
  const volumes = new Map<string, string>();
  for (const { name } of podVolumeClaims(pod)) {
    const key = `${pod.metadata?.namespace}/${name}`;
    const claim = reader.get(PERSISTENT_VOLUME_CLAIMS, key);
    if (claim === undefined) continue;
    const csi = claim.spec?.volumeName ? reader.get(PERSISTENT_VOLUMES, claim.spec.volumeName)?.spec?.csi : undefined;
    if (csi !== undefined) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    else if (!claim.spec?.volumeName) {
      // The volume will be made by the class's provisioner, which is named like its driver.
      const provisioner = reader.get(STORAGE_CLASSES, claim.spec?.storageClassName ?? "")?.provisioner;
      if (provisioner !== undefined) volumes.set(`${provisioner}/${key}`, provisioner);
    }
  }
  return volumes;
}
