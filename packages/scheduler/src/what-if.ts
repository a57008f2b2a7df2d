import {
  type Cycle,
  type FilterRunner,
  type PreFilterOutcome,
  type Profile,
  type Snapshot,
  type Status,
  unschedulable,
  withoutPod,
  withPod,
} from "@pinnace/scheduler-framework";
import type { Nominations } from "./nominations.ts";

/** What a running attempt left out, kept for the what-ifs of its PostFilter. */
export interface AttemptContext {
  readonly preFilter: PreFilterOutcome;
}

/** Runs the filters of a profile on nodes as they would be. */
export class WhatIf implements FilterRunner {
  readonly #profile: () => Profile;
  readonly #nominations: Nominations;
  readonly #snapshot: () => Snapshot;
  readonly #attempts = new WeakMap<object, AttemptContext>();

  constructor(profile: () => Profile, nominations: Nominations, snapshot: () => Snapshot) {
    this.#profile = profile;
    this.#nominations = nominations;
    this.#snapshot = snapshot;
  }

  /** Remembers what PreFilter said for the cycle's state. */
  register(cycle: Cycle, context: AttemptContext): void {
    this.#attempts.set(cycle.state, context);
  }

  snapshot(): Snapshot {
    return this.#snapshot();
  }

  fits(cycle: Cycle, nodeName: string, change: Parameters<FilterRunner["fits"]>[2]): Status {
    const node = cycle.snapshot.get(nodeName);
    if (node === undefined) return unschedulable(`node ${nodeName} is gone`);
    const profile = this.#profile();
    const skipped = this.#attempts.get(cycle.state)?.preFilter.skipped ?? new Set<string>();
    const trial = { ...cycle, state: cycle.state.clone() };
    let changed = node;
    for (const pod of change.removed) {
      changed = withoutPod(changed, pod.pod.metadata?.uid ?? "");
      const status = profile.runPreFilterExtension("removePod", trial, pod, changed, skipped);
      if (status.code !== "Success") return status;
    }
    for (const pod of [...this.#nominations.rivals(node, cycle.pod), ...change.added]) {
      changed = withPod(changed, pod);
      const status = profile.runPreFilterExtension("addPod", trial, pod, changed, skipped);
      if (status.code !== "Success") return status;
    }
    return profile.runFilters(trial, changed, skipped);
  }
}
