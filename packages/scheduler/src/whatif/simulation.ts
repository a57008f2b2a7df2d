import type { Pod } from "@pinnace/api";
import {
  createPodInfo,
  createSnapshot,
  isRejection,
  type NodeInfo,
  type Profile,
  type Status,
  unresolvable,
  withPod,
} from "@pinnace/scheduler-framework";
import { questionCycle } from "../explain/evaluate.ts";
import { scoreNodes } from "../find-node.ts";
import { fitErrorMessage } from "../fit-error.ts";

/** Where a pod would go, or why nowhere: the text of the event that it would get. */
type Placement = { readonly nodeName: string } | { readonly nodeName: undefined; readonly message: string };

/** Nodes to which pods are added one after the other, as the scheduler would. Nothing of it happens. */
export class Simulation {
  #nodes: NodeInfo[];
  #generation = 0;
  readonly #profileOf: (pod: Pod) => Profile | undefined;
  readonly #signal: AbortSignal;

  constructor(nodes: readonly NodeInfo[], profileOf: (pod: Pod) => Profile | undefined, signal: AbortSignal) {
    this.#nodes = [...nodes];
    this.#profileOf = profileOf;
    this.#signal = signal;
  }

  get nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }

  addNode(node: NodeInfo): void {
    this.#nodes.push(node);
  }

  removeNode(name: string): void {
    this.#nodes = this.#nodes.filter((node) => node.name !== name);
  }

  /** Puts the pod where it would go. All nodes are looked at; of equals the first is taken. */
  place(pod: Pod): Placement {
    const profile = this.#profileOf(pod);
    if (profile === undefined) {
      const name = pod.spec?.schedulerName;
      return { nodeName: undefined, message: `no profile of this scheduler is called ${JSON.stringify(name)}` };
    }
    const chosen = this.#choose(pod, profile);
    if (typeof chosen === "string") return { nodeName: undefined, message: chosen };
    const info = createPodInfo(pod);
    this.#nodes = this.#nodes.map((node) => (node === chosen ? withPod(node, info) : node));
    return { nodeName: chosen.name };
  }

  #choose(pod: Pod, profile: Profile): NodeInfo | string {
    this.#generation += 1;
    const cycle = questionCycle(pod, createSnapshot(this.#generation, this.#nodes), this.#signal);
    const { status, nodeNames, narrowedBy, skipped } = profile.runPreFilter(cycle);
    const base = { nodeCount: this.#nodes.length, postFilterMessage: "", plugins: new Set<string>() };
    if (status.code !== "Success") {
      const preFilterMessage = status.reasons.join(", ");
      if (!isRejection(status)) return preFilterMessage;
      return fitErrorMessage({ ...base, rejections: new Map(), absent: undefined, preFilterMessage });
    }
    const rejections = new Map<string, Status>();
    const feasible = this.#nodes.filter((node) => {
      if (nodeNames !== undefined && !nodeNames.has(node.name)) return false;
      const verdict = profile.runFilters(cycle, node, skipped);
      if (verdict.code !== "Success") rejections.set(node.name, verdict);
      return verdict.code === "Success";
    });
    if (feasible.length === 0) {
      const absent =
        nodeNames === undefined
          ? undefined
          : unresolvable(`node(s) didn't satisfy plugin(s) [${[...narrowedBy].sort().join(" ")}]`);
      return fitErrorMessage({ ...base, rejections, absent, preFilterMessage: "" });
    }
    if (feasible.length === 1) return feasible[0]!;
    const scored = scoreNodes(cycle, profile, feasible);
    return "code" in scored ? scored.reasons.join(", ") : scored.best(() => 0);
  }
}
