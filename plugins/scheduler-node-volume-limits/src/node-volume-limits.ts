import {
  CSI_NODES,
  type CSINode,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type Pod,
  STORAGE_CLASSES,
} from "@pinnace/api";
import {
  type ClusterReader,
  NodeColumn,
  type NodeInfo,
  type NumberOfRow,
  type PodInfo,
  podVolumeClaims,
  type SchedulerPlugin,
  SKIP,
  type Snapshot,
  type StateData,
  type Status,
  SUCCESS,
  unschedulable,
} from "@pinnace/scheduler-framework";

const STATE = "NodeVolumeLimits";
const REJECTED = unschedulable("node(s) exceed max volume count");

type Volumes = ReadonlyMap<string, string>;
type Limits = ReadonlyMap<string, number>;

/** The volumes of the pod that is to be placed. */
interface Wanted extends StateData {
  readonly volumes: Volumes;
}

export function createNodeVolumeLimits(reader: ClusterReader): SchedulerPlugin {
  const room = new RoomColumn(reader);
  return {
    preFilter: ({ state, pod }) => {
      if (podVolumeClaims(pod.pod).length === 0) return { status: SKIP };
      const wanted: Wanted = { volumes: volumesOf(pod.pod, reader), clone: () => wanted };
      state.write(STATE, wanted);
      return { status: SUCCESS };
    },
    filter: ({ state }, node) => filter(state.read<Wanted>(STATE)?.volumes ?? NOTHING, node, reader),
    filterRows: ({ state, snapshot }) => {
      const wanted = state.read<Wanted>(STATE)?.volumes ?? NOTHING;
      const roomOf = room.of(snapshot);
      return (row) => (roomOf(row) >= wanted.size ? SUCCESS : filter(wanted, snapshot.nodes[row]!, reader));
    },
    eventsToRegister: () => [
      { event: { resource: "CSINode", actions: ["Add", "Update"] } },
      { event: { resource: "AssignedPod", actions: ["Delete"] } },
      { event: { resource: "PersistentVolumeClaim", actions: ["Add", "Update"] } },
    ],
  };
}

const NOTHING: Volumes = new Map();

function filter(wanted: Volumes, { name, pods }: NodeInfo, reader: ClusterReader): Status {
  if (wanted.size === 0) return SUCCESS;
  const csiNode = reader.get(CSI_NODES, name);
  const limits = csiNode === undefined ? NO_LIMITS : limitsOf(csiNode);
  if (roomFor(pods, limits) >= wanted.size) return SUCCESS;
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

/** How many volumes a node takes at least, kept until its pods or the CSINodes change. */
class RoomColumn {
  readonly #reader: ClusterReader;
  readonly #column: NodeColumn;
  #version: number | undefined;

  constructor(reader: ClusterReader) {
    this.#reader = reader;
    this.#column = new NodeColumn(({ name, pods }) => {
      const csiNode = reader.get(CSI_NODES, name);
      return csiNode === undefined ? Number.POSITIVE_INFINITY : roomFor(pods, limitsOf(csiNode));
    });
  }

  of(snapshot: Snapshot): NumberOfRow {
    const version = this.#reader.version?.(CSI_NODES);
    if (version === undefined || version !== this.#version) this.#column.clear();
    this.#version = version;
    return this.#column.of(snapshot);
  }
}

/**
 * No claim has more than one volume: a node takes at least what the claims of its pods leave of its least limit. Where that
 * is enough no volume need be looked up.
 */
function roomFor(pods: readonly PodInfo[], limits: Limits): number {
  if (limits.size === 0) return Number.POSITIVE_INFINITY;
  return Math.min(...limits.values()) - claimsOf(pods);
}

/** The pods of a node are a new list when they change. */
const CLAIMS = new WeakMap<readonly PodInfo[], number>();

function claimsOf(pods: readonly PodInfo[]): number {
  let count = CLAIMS.get(pods);
  if (count === undefined) {
    count = 0;
    for (const { pod } of pods) count += podVolumeClaims(pod).length;
    CLAIMS.set(pods, count);
  }
  return count;
}

const NO_LIMITS: Limits = new Map();
const LIMITS = new WeakMap<CSINode, Limits>();

/** How many volumes a node takes, by driver; drivers without a limit are left out. */
function limitsOf(csiNode: CSINode): Limits {
  let limits = LIMITS.get(csiNode);
  if (limits === undefined) {
    const found = new Map<string, number>();
    for (const { name, allocatable } of csiNode.spec?.drivers ?? []) {
      if (allocatable?.count !== undefined) found.set(name, allocatable.count);
    }
    limits = found;
    LIMITS.set(csiNode, limits);
  }
  return limits;
}

/** The drivers of a pod's volumes, by an identity that volumes keep over claims: `driver/handle`. */
function volumesOf(pod: Pod, reader: ClusterReader): Volumes {
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
