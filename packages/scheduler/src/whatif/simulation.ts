import type { Pod } from "@pinnace/api";
import {
  type Cycle,
  chooseCandidate,
  createPodInfo,
  createSnapshot,
  listBudgets,
  type NodeInfo,
  type PreemptionCandidate,
  type Profile,
  priorityOf,
  selectVictims,
  withoutPod,
  withPod,
} from "@pinnace/scheduler-framework";
import { questionCycle } from "../explain/evaluate.ts";
import type { SchedulerInspection } from "../explain/inspection.ts";
import type { Extender } from "../extenders/extender.ts";
import { findNodeWithExtenders } from "../extenders/find-node-with-extenders.ts";
import { createPreemptionAdvisor } from "../extenders/preemption-advisor.ts";
import { type FindNodeOptions, type FindNodeResult, findNode } from "../find-node.ts";
import { fitErrorMessage } from "../fit-error.ts";
import { Nominations } from "../nominations.ts";
import { schedulerNameOf } from "../profile-runtimes.ts";
import { WhatIf } from "../what-if.ts";
import { exceptForStrangers } from "./strangers.ts";
import type { Supposition } from "./supposing-reader.ts";

/** Where a pod would go, or why nowhere: the text of the event that it would get. */
export type Placement =
  | {
      readonly nodeName: string;
      /** Who would have to leave for it. */
      readonly evicted: readonly Pod[];
      /** How many of them a PodDisruptionBudget protects. */
      readonly violations: number;
    }
  | { readonly nodeName: undefined; readonly message: string };

/** A pod of a question. */
export interface SimulatedPod {
  readonly pod: Pod;
  /** Pods of which the same is said are alike. */
  readonly kind: string;
  /** Claims and volumes that would be made for it. */
  readonly supposed: readonly Supposition[];
}

interface SimulationComponents {
  readonly inspection: SchedulerInspection;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Lets others have a turn. */
  readonly pause: () => Promise<void>;
}

/** Nodes to which pods are added one after the other, as the scheduler would. Nothing of it happens. */
export class Simulation {
  readonly #needs: SimulationComponents;
  #nodes: NodeInfo[];
  #generation = 0;
  /** Nodes that are only thought of: nobody outside knows them. */
  readonly #invented = new Set<string>();
  readonly #supposed: Supposition[] = [];
  /** Why pods of a kind fit nowhere, as long as nothing has changed. */
  readonly #refusals = new Map<string, Placement>();

  constructor(nodes: readonly NodeInfo[], components: SimulationComponents) {
    this.#nodes = [...nodes];
    this.#needs = components;
  }

  addNode(node: NodeInfo): void {
    this.#invented.add(node.name);
    this.#nodes.push(node);
    this.#refusals.clear();
  }

  /**
   * Puts the pod where it would go; where it fits nowhere and may preempt, pods leave for it. All nodes are looked at; of
   * equals the first is taken.
   */
  async place({ pod, kind, supposed }: SimulatedPod): Promise<Placement> {
    const known = supposed.length === 0 ? this.#refusals.get(kind) : undefined;
    if (known !== undefined) return known;
    const profile = this.#needs.inspection.profileOf(schedulerNameOf(pod));
    if (profile === undefined) {
      const name = JSON.stringify(pod.spec?.schedulerName);
      return { nodeName: undefined, message: `no profile of this scheduler is called ${name}` };
    }
    this.#supposed.push(...supposed);
    const placement = await this.#choose(pod, profile);
    if (placement.nodeName === undefined) this.#refusals.set(kind, placement);
    else this.#settle(pod, placement.nodeName, placement.evicted);
    return placement;
  }

  #settle(pod: Pod, nodeName: string, evicted: readonly Pod[]): void {
    const info = createPodInfo(pod);
    this.#refusals.clear();
    this.#nodes = this.#nodes.map((node) => {
      if (node.name !== nodeName) return node;
      return withPod(
        evicted.reduce((left, { metadata }) => withoutPod(left, metadata?.uid ?? ""), node),
        info,
      );
    });
  }

  async #choose(pod: Pod, profile: Profile): Promise<Placement> {
    this.#generation += 1;
    const cycle = questionCycle(pod, createSnapshot(this.#generation, this.#nodes), this.#needs.signal);
    const extenders = this.#extendersFor(pod);
    const result = await this.#search(cycle, profile, extenders);
    if (result.type === "found") return { nodeName: result.nodeName, evicted: [], violations: 0 };
    if (result.type === "error") return { nodeName: undefined, message: result.status.reasons.join(", ") };
    const made = await this.#makeRoom(cycle, profile, { result, extenders });
    if (made !== undefined) {
      const { nodeName, victims, violations } = made;
      return { nodeName, evicted: victims.map((victim) => victim.pod), violations };
    }
    return { nodeName: undefined, message: fitErrorMessage({ ...result.diagnosis, postFilterMessage: "" }) };
  }

  #search(cycle: Cycle, profile: Profile, extenders: readonly Extender[]): FindNodeResult | Promise<FindNodeResult> {
    const { reader, logger } = this.#needs.inspection;
    const nominations = new Nominations();
    const options: FindNodeOptions = { profile, nominations, percentage: 100, startIndex: 0, random: () => 0 };
    return reader.suppose(this.#supposed, () =>
      extenders.length === 0
        ? findNode(cycle, options)
        : findNodeWithExtenders(cycle, { ...options, extenders, logger }),
    );
  }

  #extendersFor(pod: Pod): readonly Extender[] {
    const interested = this.#needs.inspection.extenders().filter((extender) => extender.isInterested(pod));
    return interested.map((extender) => exceptForStrangers(extender, this.#invented));
  }

  /** Who would leave for the pod, as DefaultPreemption chooses, where the profile has it. */
  async #makeRoom(
    cycle: Cycle,
    profile: Profile,
    {
      result,
      extenders,
    }: { readonly result: FindNodeResult & { type: "unschedulable" }; readonly extenders: readonly Extender[] },
  ): Promise<PreemptionCandidate | undefined> {
    const { inspection, now, pause } = this.#needs;
    const { pod } = cycle.pod;
    const preempts = profile.points.postFilter.some(({ name }) => name === "DefaultPreemption");
    if (!preempts || pod.spec?.preemptionPolicy === "Never") return undefined;
    const filters = new WhatIf(() => profile, new Nominations());
    filters.register(cycle, result.preFilter.skipped);
    const mayLeave: (info: { readonly pod: Pod }) => boolean = (info) => priorityOf(info.pod) < priorityOf(pod);
    const rules = { filters, budgets: listBudgets(inspection.reader), now: now(), mayLeave };
    const candidates: PreemptionCandidate[] = [];
    for (const node of cycle.snapshot.nodes) {
      if (result.diagnosis.rejections.get(node.name)?.code !== "Unschedulable") continue;
      await pause();
      const found = inspection.reader.suppose(this.#supposed, () => selectVictims(cycle, node, rules));
      if (!("code" in found)) candidates.push(found);
    }
    const advisor = createPreemptionAdvisor(extenders, inspection.logger);
    const left = (await advisor?.advise(pod, candidates, cycle.snapshot)) ?? candidates;
    return chooseCandidate(left, now());
  }
}
