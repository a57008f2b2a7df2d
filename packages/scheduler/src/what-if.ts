import {
  type Cycle,
  type FilterRunner,
  type NodeInfo,
  type NodeTrial,
  type PodInfo,
  type Profile,
  type Status,
  SUCCESS,
  withoutPod,
  withPod,
} from "@pinnace/scheduler-framework";
import type { Nominations } from "./nominations.ts";

const NONE: ReadonlySet<string> = new Set();

/** Runs the filters of a profile on nodes as they would be. */
export class WhatIf implements FilterRunner {
  readonly #profile: () => Profile;
  readonly #nominations: Nominations;
  /** The plugins that PreFilter skipped, by the state of the cycle. */
  readonly #skipped = new WeakMap<object, ReadonlySet<string>>();

  constructor(profile: () => Profile, nominations: Nominations) {
    this.#profile = profile;
    this.#nominations = nominations;
  }

  /** Remembers which plugins take no part in the cycle. */
  register(cycle: Cycle, skipped: ReadonlySet<string>): void {
    this.#skipped.set(cycle.state, skipped);
  }

  trial(cycle: Cycle, nodeName: string): NodeTrial | undefined {
    const node = cycle.snapshot.get(nodeName);
    if (node === undefined) return undefined;
    const skipped = this.#skipped.get(cycle.state) ?? NONE;
    const copy = { ...cycle, state: cycle.state.clone() };
    return new Trial(copy, node, this.#profile(), skipped, this.#nominations);
  }
}

class Trial implements NodeTrial {
  readonly #cycle: Cycle;
  readonly #profile: Profile;
  readonly #skipped: ReadonlySet<string>;
  readonly #nominations: Nominations;
  #node: NodeInfo;

  constructor(cycle: Cycle, node: NodeInfo, profile: Profile, skipped: ReadonlySet<string>, nominations: Nominations) {
    this.#cycle = cycle;
    this.#node = node;
    this.#profile = profile;
    this.#skipped = skipped;
    this.#nominations = nominations;
  }

  remove(pod: PodInfo): Status {
    this.#node = withoutPod(this.#node, pod.pod.metadata?.uid ?? "");
    return this.#profile.runPreFilterExtension("removePod", this.#cycle, pod, this.#node, this.#skipped);
  }

  add(pod: PodInfo): Status {
    this.#node = withPod(this.#node, pod);
    return this.#profile.runPreFilterExtension("addPod", this.#cycle, pod, this.#node, this.#skipped);
  }

  fits(): Status {
    return filterWithRivals(this.#cycle, this.#node, this.#profile, this.#skipped, this.#nominations);
  }
}

/** A node must fit with the pods nominated to it, and without them: they may yet go elsewhere. */
function filterWithRivals(
  cycle: Cycle,
  node: NodeInfo,
  profile: Profile,
  skipped: ReadonlySet<string>,
  nominations: Nominations,
): Status {
  const rivals = nominations.rivals(node, cycle.pod);
  if (rivals.length > 0) {
    const status = fitsRivals(cycle, node, profile, skipped, rivals);
    if (status.code !== "Success") return status;
  }
  return profile.runFilters(cycle, node, skipped);
}

/** Whether a node fits with some more pods on it. */
export function fitsRivals(
  cycle: Cycle,
  node: NodeInfo,
  profile: Profile,
  skipped: ReadonlySet<string>,
  pods: readonly PodInfo[],
): Status {
  const trial = { ...cycle, state: cycle.state.clone() };
  let changed = node;
  for (const pod of pods) {
    changed = withPod(changed, pod);
    const status = profile.runPreFilterExtension("addPod", trial, pod, changed, skipped);
    if (status.code !== "Success") return status;
  }
  return pods.length === 0 ? SUCCESS : profile.runFilters(trial, changed, skipped);
}
