import { PODS, type Pod } from "@pinnace/api";
import {
  type Cycle,
  chooseCandidate,
  Evictions,
  fitMessage,
  listBudgets,
  type PodInfo,
  type PreemptionCandidate,
  priorityOf,
  type SchedulerComponents,
  type SchedulerPlugin,
  type Status,
  SUCCESS,
  selectVictims,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";

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
  readonly #evictions: Evictions;

  constructor(components: SchedulerComponents, args: DefaultPreemptionArgs) {
    this.#needs = components;
    this.#args = args;
    this.#evictions = new Evictions(components, "DefaultPreemption");
  }

  plugin(): SchedulerPlugin {
    return {
      preEnqueue: ({ pod }) => (this.#evictions.isRunning(pod.metadata?.uid ?? "") ? RUNNING : SUCCESS),
      postFilter: async (cycle, rejections) => this.#postFilter(cycle, rejections),
      // The plugins that rejected the pod say when to try it again; this one only holds it back.
      eventsToRegister: () => [{ event: { resource: "AssignedPod", actions: ["Delete"] }, hint: () => "QueueSkip" }],
    };
  }

  #postFilter(cycle: Cycle, rejections: ReadonlyMap<string, Status>): Outcome | Promise<Outcome> {
    this.#evictions.attempted();
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

  #choose(pod: Pod, candidates: readonly PreemptionCandidate[]): Outcome {
    const chosen = chooseCandidate(candidates, this.#needs.clock.now());
    if (chosen === undefined) return { status: unschedulable("preemption: no candidate node for preemption") };
    this.#evictions.start(chosen, pod);
    return { status: SUCCESS, nominatedNode: chosen.nodeName };
  }

  /** Works out candidates from a random node on, those without violated budgets first. */
  #candidates(
    cycle: Cycle,
    rejections: ReadonlyMap<string, Status>,
  ): { readonly candidates: readonly PreemptionCandidate[]; readonly statuses: ReadonlyMap<string, Status> } {
    const { reader, filters, random, clock } = this.#needs;
    const nodes = cycle.snapshot.nodes.filter(({ name }) => rejections.get(name)?.code === "Unschedulable");
    const { minCandidateNodesPercentage: share, minCandidateNodesAbsolute: least } = this.#args;
    const enough = Math.min(nodes.length, Math.max(Math.floor((nodes.length * share) / 100), least));
    const offset = Math.floor(random() * nodes.length);
    const budgets = nodes.length === 0 ? [] : listBudgets(reader);
    const priority = priorityOf(cycle.pod.pod);
    const mayLeave = ({ pod }: PodInfo): boolean => priorityOf(pod) < priority;
    const rules = { filters, budgets, now: clock.now(), mayLeave };
    const [harmless, violating]: [PreemptionCandidate[], PreemptionCandidate[]] = [[], []];
    const statuses = new Map<string, Status>();
    for (let index = 0; index < nodes.length; index += 1) {
      if (harmless.length > 0 && harmless.length + violating.length >= enough) break;
      const node = nodes[(offset + index) % nodes.length]!;
      const found = selectVictims(cycle, node, rules);
      if ("code" in found) statuses.set(node.name, found);
      else (found.violations === 0 ? harmless : violating).push(found);
    }
    return { candidates: [...harmless.slice(0, enough), ...violating.slice(0, enough)], statuses };
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
