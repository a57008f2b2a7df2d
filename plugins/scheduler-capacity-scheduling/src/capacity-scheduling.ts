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
import { ELASTIC_QUOTA_EVENTS, ELASTIC_QUOTAS, numbersOf } from "./elastic-quota.ts";
import { QuotaStatus } from "./quota-status.ts";
import { type QuotaUsage, readQuotas, UsageCounter } from "./quota-usage.ts";

const NAME = "CapacityScheduling";
const RUNNING = unresolvable("waiting for the preemption for this pod to be finished");
const NOT_HELPFUL = unresolvable("Preemption is not helpful for scheduling");

interface Outcome {
  readonly status: Status;
  readonly nominatedNode?: string;
}

const namespaceOf = ({ metadata }: Pod): string => metadata?.namespace ?? "";

/** Lets namespaces borrow what others leave of their share, and gives it back to these when they want it. */
export class CapacityScheduling {
  readonly #needs: SchedulerComponents;
  readonly #counter = new UsageCounter();
  readonly #evictions: Evictions;

  constructor(components: SchedulerComponents) {
    this.#needs = components;
    this.#evictions = new Evictions(components, NAME);
    components.reader.list(ELASTIC_QUOTAS); // so that they are known when the first pod comes
    new QuotaStatus(components).start();
  }

  plugin(): SchedulerPlugin {
    const change =
      (sign: 1 | -1): NonNullable<SchedulerPlugin["addPod"]> =>
      ({ state }, pod) => {
        state.read<QuotaUsage>(NAME)?.change(pod, sign);
        return SUCCESS;
      };
    return {
      preEnqueue: ({ pod }) => (this.#evictions.isRunning(pod.metadata?.uid ?? "") ? RUNNING : SUCCESS),
      preFilter: (cycle) => ({ status: this.#preFilter(cycle) }),
      addPod: change(1),
      removePod: change(-1),
      postFilter: async (cycle, rejections) => this.#postFilter(cycle, rejections),
      eventsToRegister: () => [
        { event: { resource: "AssignedPod", actions: ["Delete"] } },
        { event: { resource: ELASTIC_QUOTA_EVENTS, actions: "*" } },
      ],
    };
  }

  #preFilter(cycle: Cycle): Status {
    const usage = this.#counter.count(cycle.snapshot, readQuotas(this.#needs.reader));
    cycle.state.write(NAME, usage);
    const objection = usage.objection(cycle.pod);
    return objection === undefined ? SUCCESS : unschedulable(objection);
  }

  #postFilter(cycle: Cycle, rejections: ReadonlyMap<string, Status>): Outcome {
    this.#evictions.attempted();
    const { namespace = "", name = "" } = cycle.pod.pod.metadata ?? {};
    const pod = this.#needs.reader.get(PODS, `${namespace}/${name}`) ?? cycle.pod.pod;
    const usage = cycle.state.read<QuotaUsage>(NAME);
    if (usage === undefined) return { status: unschedulable() };
    if (pod.spec?.preemptionPolicy === "Never") {
      return { status: unschedulable("preemption: not eligible due to preemptionPolicy=Never.") };
    }
    const { candidates, statuses } = this.#candidates(cycle, usage, rejections);
    const chosen = chooseCandidate(candidates, this.#needs.clock.now());
    if (chosen === undefined) {
      const message = fitMessage(cycle.snapshot.nodes.length, statuses.values(), NOT_HELPFUL);
      return { status: unschedulable(`preemption: ${message}`), nominatedNode: "" };
    }
    this.#evictions.start(chosen, pod);
    return { status: SUCCESS, nominatedNode: chosen.nodeName };
  }

  #candidates(cycle: Cycle, usage: QuotaUsage, rejections: ReadonlyMap<string, Status>) {
    const { reader, filters, clock } = this.#needs;
    const nodes = cycle.snapshot.nodes.filter(({ name }) => rejections.get(name)?.code === "Unschedulable");
    const budgets = nodes.length === 0 ? [] : listBudgets(reader);
    const mayLeave = evictable(cycle.pod, usage);
    const candidates: PreemptionCandidate[] = [];
    const statuses = new Map<string, Status>();
    for (const node of nodes) {
      const trial = usage.clone();
      const found = selectVictims(cycle, node, {
        ...{ filters, budgets, now: clock.now(), mayLeave },
        onChange: (pod, sign) => trial.change(pod, sign),
        allows: () => {
          const objection = trial.objection(cycle.pod);
          return objection === undefined ? SUCCESS : unschedulable(objection);
        },
      });
      if ("code" in found) statuses.set(node.name, found);
      else candidates.push(found);
    }
    return { candidates, statuses };
  }
}

/**
 * Who may be evicted for a pod: below its namespace's `min`, pods of namespaces that have borrowed; beyond it, less important
 * pods of its own namespace; without a quota, less important pods of namespaces without one.
 */
function evictable(preemptor: PodInfo, usage: QuotaUsage): (pod: PodInfo) => boolean {
  const namespace = namespaceOf(preemptor.pod);
  const priority = priorityOf(preemptor.pod);
  const isLess = ({ pod }: PodInfo): boolean => priorityOf(pod) < priority;
  const { quotas } = usage;
  if (!quotas.has(namespace)) return (pod) => isLess(pod) && !quotas.has(namespaceOf(pod.pod));
  if (usage.isBorrowing(namespace, numbersOf(preemptor.requests))) {
    return (pod) => isLess(pod) && namespaceOf(pod.pod) === namespace;
  }
  return ({ pod }) => {
    const other = namespaceOf(pod);
    return other !== namespace && quotas.has(other) && usage.isBorrowing(other);
  };
}
