import { PERSISTENT_VOLUME_CLAIMS } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  type NodeInfo,
  type PodInfo,
  type PreFilterResult,
  podVolumeClaims,
  type SchedulerPlugin,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { conflicts, isExclusive } from "./disks.ts";

const STATE = "VolumeRestrictions";
const NO_DISK = unschedulable("node(s) had no available disk");
const IN_USE = unschedulable(
  "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
);

/** The pod's claims with the access mode ReadWriteOncePod, and how many other pods use them. */
class ExclusiveClaims implements StateData {
  readonly names: ReadonlySet<string>;
  uses: number;

  constructor(names: ReadonlySet<string>, uses: number) {
    this.names = names;
    this.uses = uses;
  }

  clone(): ExclusiveClaims {
    return new ExclusiveClaims(this.names, this.uses);
  }

  usesOf(pod: PodInfo["pod"]): number {
    return podVolumeClaims(pod).filter(({ name }) => this.names.has(name)).length;
  }
}

export function createVolumeRestrictions(reader: ClusterReader): SchedulerPlugin {
  return {
    preFilter: (cycle) => preFilter(cycle, reader),
    filter,
    addPod: (cycle, added) => recount(cycle, added, 1),
    removePod: (cycle, removed) => recount(cycle, removed, -1),
    eventsToRegister: () => [
      { event: { resource: "AssignedPod", actions: ["Delete"] } },
      { event: { resource: "Node", actions: ["Add"] } },
      { event: { resource: "PersistentVolumeClaim", actions: ["Add", "Update"] } },
    ],
  };
}

function preFilter(cycle: Cycle, reader: ClusterReader): PreFilterResult {
  const { pod } = cycle.pod;
  const names = new Set<string>();
  for (const { name } of podVolumeClaims(pod)) {
    const claim = reader.get(PERSISTENT_VOLUME_CLAIMS, `${pod.metadata?.namespace}/${name}`);
    if (claim === undefined) return { status: unresolvable(`persistentvolumeclaim "${name}" not found`) };
    if (claim.spec?.accessModes?.includes("ReadWriteOncePod")) names.add(name);
  }
  if (names.size === 0) return { status: (pod.spec?.volumes ?? []).some(isExclusive) ? SUCCESS : SKIP };
  const state = new ExclusiveClaims(names, 0);
  for (const node of cycle.snapshot.nodes) {
    for (const other of node.pods) {
      if (other.pod.metadata?.namespace === pod.metadata?.namespace) state.uses += state.usesOf(other.pod);
    }
  }
  cycle.state.write(STATE, state);
  return { status: SUCCESS };
}

function filter({ pod, state }: Cycle, { pods }: NodeInfo): Status {
  for (const volume of pod.pod.spec?.volumes ?? []) {
    if (!isExclusive(volume)) continue;
    if (pods.some((other) => (other.pod.spec?.volumes ?? []).some((each) => conflicts(volume, each)))) return NO_DISK;
  }
  return (state.read<ExclusiveClaims>(STATE)?.uses ?? 0) > 0 ? IN_USE : SUCCESS;
}

function recount({ state, pod }: Cycle, changed: PodInfo, sign: 1 | -1): Status {
  const claims = state.read<ExclusiveClaims>(STATE);
  if (claims !== undefined && changed.pod.metadata?.namespace === pod.pod.metadata?.namespace) {
    claims.uses += sign * claims.usesOf(changed.pod);
  }
  return SUCCESS;
}
