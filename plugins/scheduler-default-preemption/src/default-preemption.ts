import { PODS, type Pod } from "@pinnace/api";
import {
  type Cycle,
  fitMessage,
  type PodInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
  type WaitingPod,
} from "@pinnace/scheduler-framework";
import { chooseCandidate } from "./candidate-choice.ts";
import { listBudgets } from "./disruption-budgets.ts";
import { priorityOf } from "./importance.ts";
import { type Candidate, selectVictims } from "./victims.ts";

/** The plugin's configuration (DefaultPreemptionArgs): how many candidates are worked out, of all nodes that might do. */
export interface DefaultPreemptionArgs {
  /** Percent of the nodes; default 10. */
  readonly minCandidateNodesPercentage: number;
  /** At least so many; default 100. */
  readonly minCandidateNodesAbsolute: number;
}

interface Outcome {
  readonly status: Status;
  readonly nominatedNode?: string;
}

const NOT_HELPFUL = unresolvable("Preemption is not helpful for scheduling");
const RUNNING = unresolvable("waiting for the preemption for this pod to be finished");

/** Makes room for pods by evicting less important ones. Evictions run in the background; their pod waits meanwhile. */
export class DefaultPreemption {
  readonly #needs: SchedulerComponents;
  readonly #args: DefaultPreemptionArgs;
  /** Pods whose evictions run, with the key of the last victim once it alone is left. */
  readonly #running = new Map<string, string | undefined>();

  constructor(components: SchedulerComponents, args: DefaultPreemptionArgs) {
    this.#needs = components;
    this.#args = args;
  }

  plugin(): SchedulerPlugin {
    return {
      preEnqueue: ({ pod }) => (this.#isRunning(pod.metadata?.uid ?? "") ? RUNNING : SUCCESS),
      postFilter: async (cycle, rejections) => this.#postFilter(cycle, rejections),
      // The plugins that rejected the pod say when to try it again; this one only holds it back.
      eventsToRegister: () => [{ event: { resource: "AssignedPod", actions: ["Delete"] }, hint: () => "QueueSkip" }],
    };
  }

  #postFilter(cycle: Cycle, rejections: ReadonlyMap<string, Status>): Outcome | Promise<Outcome> {
    const { namespace = "", name = "" } = cycle.pod.pod.metadata ?? {};
    const pod = this.#needs.reader.get(PODS, `${namespace}/${name}`) ?? cycle.pod.pod;
    const obstacle = whyNot(pod, cycle, rejections);
    if (obstacle !== undefined) return { status: unschedulable(`preemption: ${obstacle}`) };
    const { candidates, statuses } = this.#candidates(cycle, rejections);
    if (candidates.length === 0) {
      const message = fitMessage(cycle.snapshot.nodes.length, statuses.values(), NOT_HELPFUL);
      return { status: unschedulable(`preemption: ${message}`), nominatedNode: "" };
    }
    const advice = this.#needs.preemption?.advise(pod, candidates, cycle.snapshot);
    return advice === undefined ? this.#choose(pod, candidates) : advice.then((left) => this.#choose(pod, left));
  }

  #choose(pod: Pod, candidates: readonly Candidate[]): Outcome {
    const chosen = chooseCandidate(candidates, this.#needs.clock.now());
    if (chosen === undefined) return { status: unschedulable("preemption: no candidate node for preemption") };
    this.#evict(chosen, pod);
    return { status: SUCCESS, nominatedNode: chosen.nodeName };
  }

  /** Works out candidates from a random node on, those without violated budgets first. */
  #candidates(
    cycle: Cycle,
    rejections: ReadonlyMap<string, Status>,
  ): { readonly candidates: readonly Candidate[]; readonly statuses: ReadonlyMap<string, Status> } {
    const { reader, filters, random, clock } = this.#needs;
    const nodes = cycle.snapshot.nodes.filter(({ name }) => rejections.get(name)?.code === "Unschedulable");
    const { minCandidateNodesPercentage: share, minCandidateNodesAbsolute: least } = this.#args;
    const enough = Math.min(nodes.length, Math.max(Math.floor((nodes.length * share) / 100), least));
    const offset = Math.floor(random() * nodes.length);
    const budgets = nodes.length === 0 ? [] : listBudgets(reader);
    const [harmless, violating]: [Candidate[], Candidate[]] = [[], []];
    const statuses = new Map<string, Status>();
    for (let index = 0; index < nodes.length; index += 1) {
      if (harmless.length > 0 && harmless.length + violating.length >= enough) break;
      const node = nodes[(offset + index) % nodes.length]!;
      const found = selectVictims(cycle, node, filters, budgets, clock.now());
      if ("code" in found) statuses.set(node.name, found);
      else (found.violations === 0 ? harmless : violating).push(found);
    }
    return { candidates: [...harmless.slice(0, enough), ...violating.slice(0, enough)], statuses };
  }

  /** Whether evictions for the pod run; not any more once the last victim is gone, though its answer has not come. */
  #isRunning(uid: string): boolean {
    if (!this.#running.has(uid)) return false;
    const last = this.#running.get(uid);
    if (last === undefined) return true;
    const victim = this.#needs.reader.get(PODS, last);
    return victim !== undefined && victim.metadata?.deletionTimestamp === undefined;
  }

  #evict({ victims, nodeName }: Candidate, pod: Pod): void {
    const leaving = victims.filter((victim) => victim.pod.metadata?.deletionTimestamp === undefined);
    const last = leaving.at(-1);
    if (last === undefined) return;
    const uid = pod.metadata?.uid ?? "";
    const { logger, queue } = this.#needs;
    this.#running.set(uid, undefined);
    void this.#evictAll(leaving.slice(0, -1), last, pod, nodeName)
      .catch((error: unknown) => {
        logger.error("a pod could not be preempted", { node: nodeName, error });
        // No deletion will bring the pod back.
        this.#running.delete(uid);
        queue.activate(pod);
      })
      .finally(() => this.#running.delete(uid));
  }

  /** The last victim leaves when all others do, so that its deletion finds the pod ready to be tried again (KEP-4832). */
  async #evictAll(others: readonly PodInfo[], last: PodInfo, pod: Pod, nodeName: string): Promise<void> {
    const uid = pod.metadata?.uid ?? "";
    if (others.length > 0) await Promise.all(others.map((victim) => this.#evictOne(victim.pod, pod, nodeName)));
    const { namespace, name } = last.pod.metadata ?? {};
    this.#running.set(uid, `${namespace}/${name}`);
    if (this.#waitingPod(last.pod) !== undefined) this.#running.delete(uid);
    await this.#evictOne(last.pod, pod, nodeName);
  }

  async #evictOne(victim: Pod, pod: Pod, nodeName: string): Promise<void> {
    const waiting = this.#waitingPod(victim);
    if (waiting === undefined) await this.#needs.writer.preempt(victim, pod, nodeName);
    else waiting.preempt("DefaultPreemption", "preempted");
  }

  #waitingPod(pod: Pod): WaitingPod | undefined {
    return this.#needs.waitingPods.list().find((each) => each.pod.metadata?.uid === pod.metadata?.uid);
  }
}

/** Why a pod may not preempt others; undefined when it may. */
function whyNot(pod: Pod, cycle: Cycle, rejections: ReadonlyMap<string, Status>): string | undefined {
  if (pod.spec?.preemptionPolicy === "Never") return "not eligible due to preemptionPolicy=Never.";
  const nominated = pod.status?.nominatedNodeName ?? "";
  if (nominated === "" || rejections.get(nominated)?.code === "UnschedulableAndUnresolvable") return undefined;
  const leaving = (cycle.snapshot.get(nominated)?.pods ?? []).some(
    (other) => priorityOf(other.pod) < priorityOf(pod) && isBeingPreempted(other.pod),
  );
  return leaving ? "not eligible due to a terminating pod on the nominated node." : undefined;
}

function isBeingPreempted({ metadata, status }: Pod): boolean {
  if (metadata?.deletionTimestamp === undefined) return false;
  const target = status?.conditions?.find(({ type }) => type === "DisruptionTarget");
  return target?.status === "True" && target.reason === "PreemptionByScheduler";
}
