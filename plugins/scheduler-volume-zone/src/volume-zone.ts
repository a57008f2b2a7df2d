import { type Node, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, type Pod, STORAGE_CLASSES } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  type NodeInfo,
  type PreFilterResult,
  podVolumeClaims,
  type SchedulerPlugin,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";

const STATE = "VolumeZone";
const NOT_HERE = unresolvable("node(s) had no available volume zone");

/** Labels that name a place, with the older name of the same place. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"],
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
]);

/** What the label of a volume allows; a volume in several zones names them all: `z1__z2`. */
interface Place {
  readonly label: string;
  readonly values: ReadonlySet<string>;
}

interface Places extends StateData {
  readonly places: readonly Place[];
}

export function createVolumeZone(reader: ClusterReader): SchedulerPlugin {
  return {
    preFilter: (cycle) => preFilter(cycle, reader),
    filter,
    eventsToRegister: () => [
      { event: { resource: "StorageClass", actions: ["Add"] } },
      { event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] } },
      { event: { resource: "PersistentVolumeClaim", actions: ["Add", "Update"] } },
      { event: { resource: "PersistentVolume", actions: ["Add", "Update"] } },
    ],
  };
}

function preFilter(cycle: Cycle, reader: ClusterReader): PreFilterResult {
  const places = placesOf(cycle.pod.pod, reader);
  if ("code" in places) return { status: places };
  if (places.length === 0) return { status: SKIP };
  const state: Places = { places, clone: () => state };
  cycle.state.write(STATE, state);
  return { status: SUCCESS };
}

function placesOf(pod: Pod, reader: ClusterReader): readonly Place[] | Status {
  const places: Place[] = [];
  for (const { name } of podVolumeClaims(pod)) {
    const claim = reader.get(PERSISTENT_VOLUME_CLAIMS, `${pod.metadata?.namespace}/${name}`);
    if (claim === undefined) return unresolvable(`persistentvolumeclaim "${name}" not found`);
    const volumeName = claim.spec?.volumeName ?? "";
    if (volumeName === "") {
      if (isDelayed(claim.spec?.storageClassName, reader)) continue;
      return unresolvable("PersistentVolumeClaim had no pv name and storageClass name");
    }
    const volume = reader.get(PERSISTENT_VOLUMES, volumeName);
    if (volume === undefined) return unresolvable(`persistentvolume "${volumeName}" not found`);
    for (const label of LABELS.keys()) {
      const value = volume.metadata?.labels?.[label];
      if (value !== undefined) places.push({ label, values: new Set(value.split("__")) });
    }
  }
  return places;
}

const isDelayed = (className: string | undefined, reader: ClusterReader): boolean =>
  className !== undefined && reader.get(STORAGE_CLASSES, className)?.volumeBindingMode === "WaitForFirstConsumer";

function filter({ state }: Cycle, { node }: NodeInfo): Status {
  const places = state.read<Places>(STATE)?.places ?? [];
  const labels = node.metadata?.labels ?? {};
  // A node that knows of no zones is in all of them.
  if (![...LABELS.keys()].some((label) => labels[label] !== undefined)) return SUCCESS;
  return places.every((place) => isIn(node, place)) ? SUCCESS : NOT_HERE;
}

function isIn({ metadata }: Node, { label, values }: Place): boolean {
  const value = metadata?.labels?.[label] ?? metadata?.labels?.[LABELS.get(label)!];
  return value !== undefined && values.has(value);
}
