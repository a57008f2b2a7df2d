import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, type PersistentVolumeClaim } from "@pinnace/api";
import {
  type Cycle,
  type NodeInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";
import { isBound, type PodVolumes, reaches, sortClaims, volumeOf } from "./pod-volumes.ts";
import { type Plan, planVolumes } from "./volume-matching.ts";

/** The plugin's configuration (VolumeBindingArgs). */
export interface VolumeBindingArgs {
  /** How long a binding may take; default 600. */
  readonly bindTimeoutSeconds: number;
}

const STATE = "VolumeBinding";
const NO_VOLUME = unresolvable("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
const OTHER_NODE = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const NOTHING_TO_BIND = unresolvable("node(s) didn't find available persistent volumes to bind");
const NO_SPACE = unresolvable("node(s) did not have enough free storage");
const POLL = 250;

class BindingState implements StateData {
  readonly volumes: PodVolumes;
  /** What was found for each node; shared by the what-ifs of the attempt. */
  readonly plans: Map<string, Plan>;

  constructor(volumes: PodVolumes, plans: Map<string, Plan> = new Map()) {
    this.volumes = volumes;
    this.plans = plans;
  }

  clone(): BindingState {
    return new BindingState(this.volumes, new Map(this.plans));
  }
}

/** Chooses nodes by volumes, and binds volumes that wait for the first pod that uses them. */
export class VolumeBinding {
  readonly #needs: SchedulerComponents;
  readonly #timeout: number;
  /** Volumes promised to pods whose binding is under way, by the pod's uid. */
  readonly #promised = new Map<string, readonly string[]>();

  constructor(components: SchedulerComponents, { bindTimeoutSeconds }: VolumeBindingArgs) {
    this.#needs = components;
    this.#timeout = bindTimeoutSeconds * 1_000;
  }

  plugin(): SchedulerPlugin {
    return {
      preFilter: (cycle) => ({ status: this.#preFilter(cycle) }),
      filter: (cycle, node) => this.#filter(cycle, node),
      reserve: (cycle, nodeName) => this.#reserve(cycle, nodeName),
      unreserve: ({ pod }) => void this.#promised.delete(pod.pod.metadata?.uid ?? ""),
      preBindPreFlight: ({ state }, nodeName) =>
        isNothing(state.read<BindingState>(STATE)?.plans.get(nodeName)) ? SKIP : SUCCESS,
      preBind: (cycle, nodeName) => this.#preBind(cycle, nodeName),
      eventsToRegister: () => [
        { event: { resource: "StorageClass", actions: ["Add", "Update"] } },
        { event: { resource: "PersistentVolumeClaim", actions: ["Add", "Update"] } },
        { event: { resource: "PersistentVolume", actions: ["Add", "Update"] } },
        { event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] } },
        { event: { resource: "CSINode", actions: ["Add", "Update"] } },
        { event: { resource: "CSIDriver", actions: ["Update"] } },
        { event: { resource: "CSIStorageCapacity", actions: ["Add", "Update"] } },
      ],
    };
  }

  #preFilter(cycle: Cycle): Status {
    const volumes = sortClaims(cycle.pod.pod, this.#needs.reader);
    if (typeof volumes === "string") return unresolvable(volumes);
    if (volumes.immediate.length > 0) return unresolvable("pod has unbound immediate PersistentVolumeClaims");
    if (volumes.delayed.length === 0 && volumes.bound.every((claim) => this.#isReachedFromAnywhere(claim))) return SKIP;
    cycle.state.write(STATE, new BindingState(volumes));
    return SUCCESS;
  }

  /** Then its volume is the same to all nodes, and there is nothing to be done about it. */
  #isReachedFromAnywhere(claim: PersistentVolumeClaim): boolean {
    const volume = volumeOf(claim, this.#needs.reader);
    return volume !== undefined && volume.spec?.nodeAffinity?.required === undefined;
  }

  #filter({ state }: Cycle, { node, name }: NodeInfo): Status {
    const binding = state.read<BindingState>(STATE);
    if (binding === undefined) return SUCCESS;
    const { reader } = this.#needs;
    for (const claim of binding.volumes.bound) {
      const volume = volumeOf(claim, reader);
      if (volume === undefined) return NO_VOLUME;
      if (!reaches(node, volume)) return OTHER_NODE;
    }
    const taken = new Set([...this.#promised.values()].flat());
    const plan = planVolumes(binding.volumes.delayed, node, reader, taken);
    if (plan === "conflict") return NOTHING_TO_BIND;
    if (plan === "space") return NO_SPACE;
    binding.plans.set(name, plan);
    return SUCCESS;
  }

  #reserve({ state, pod }: Cycle, nodeName: string): Status {
    const plan = state.read<BindingState>(STATE)?.plans.get(nodeName);
    const names = (plan?.matches ?? []).map(({ volume }) => volume.metadata?.name ?? "");
    if (names.length > 0) this.#promised.set(pod.pod.metadata?.uid ?? "", names);
    return SUCCESS;
  }

  /** Writes the plan, and waits until the volume controllers have carried it out. */
  async #preBind({ state, pod, signal }: Cycle, nodeName: string): Promise<Status> {
    const plan = state.read<BindingState>(STATE)?.plans.get(nodeName);
    if (plan === undefined) return SUCCESS;
    const { writer, clock } = this.#needs;
    for (const { claim, volume } of plan.matches) {
      const annotations = { "pv.kubernetes.io/bound-by-controller": "yes" };
      await writer.patch(PERSISTENT_VOLUMES, volume, {
        metadata: { annotations, resourceVersion: volume.metadata?.resourceVersion },
        spec: { claimRef: referenceTo(claim) },
      });
    }
    for (const claim of plan.provisions) {
      const annotations = { "volume.kubernetes.io/selected-node": nodeName };
      await writer.patch(PERSISTENT_VOLUME_CLAIMS, claim, { metadata: { annotations } });
    }
    const deadline = clock.now() + this.#timeout;
    while (!this.#allBound(plan)) {
      if (clock.now() >= deadline) {
        return { code: "Error", reasons: ["binding volumes: context deadline exceeded"] };
      }
      await clock.sleep(POLL, signal);
    }
    this.#promised.delete(pod.pod.metadata?.uid ?? "");
    return SUCCESS;
  }

  #allBound({ matches, provisions }: Plan): boolean {
    return [...matches.map(({ claim }) => claim), ...provisions].every(({ metadata }) => {
      const current = this.#needs.reader.get(PERSISTENT_VOLUME_CLAIMS, `${metadata?.namespace}/${metadata?.name}`);
      return current !== undefined && isBound(current);
    });
  }
}

const isNothing = (plan: Plan | undefined): boolean =>
  plan === undefined || plan.matches.length + plan.provisions.length === 0;

function referenceTo({ metadata }: PersistentVolumeClaim): object {
  const { namespace, name, uid, resourceVersion } = metadata ?? {};
  return { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
}
