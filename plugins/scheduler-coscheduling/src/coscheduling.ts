import type { Pod } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import {
  type ClusterEventWithHint,
  type Cycle,
  type QueuedPod,
  type SchedulerComponents,
  type SchedulerPlugin,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { lackingResources } from "./free-resources.ts";
import { GroupMembers } from "./group-members.ts";
import { groupKeyOf, POD_GROUP_EVENTS, POD_GROUPS, type PodGroup } from "./pod-group.ts";

/** The plugin's configuration (CoschedulingArgs). */
export interface CoschedulingArgs {
  /** How long pods of a group wait for each other, seconds; default 60. */
  readonly permitWaitingTimeSeconds: number;
  /** How long a group is left alone after it was rejected, seconds, before it is tried again; default 10. */
  readonly podGroupBackoffSeconds: number;
}

const NAME = "Coscheduling";
/** A group that lacks less than this share still waits: the rest may fit soon. */
const NEARLY = 0.1;
const WAIT: Status = { code: "Wait", reasons: [] };

/** Binds the pods of a PodGroup together or not at all. */
export class Coscheduling {
  readonly #needs: SchedulerComponents;
  readonly #args: CoschedulingArgs;
  readonly #members: GroupMembers;
  /** Groups that are left alone for a while. */
  readonly #resting = new Set<string>();

  constructor(components: SchedulerComponents, args: CoschedulingArgs) {
    this.#needs = components;
    this.#args = args;
    this.#members = new GroupMembers(components.reader);
    components.reader.list(POD_GROUPS); // so that they are known when the first pod comes
  }

  plugin(): SchedulerPlugin {
    return {
      compare: (a, b) => this.#compare(a, b),
      preFilter: (cycle) => ({ status: this.#preFilter(cycle) }),
      postFilter: async (cycle) => ({ status: this.#postFilter(cycle) }),
      reserve: ({ pod }) => {
        const key = groupKeyOf(pod.pod);
        if (key !== undefined) this.#members.reserve(key, pod.pod);
        return SUCCESS;
      },
      unreserve: ({ pod }) => this.#unreserve(pod.pod),
      permit: ({ pod }) => this.#permit(pod.pod),
      eventsToRegister: () => this.#events(),
    };
  }

  #groupOf(pod: Pod): { readonly key: string; readonly group: PodGroup | undefined } | undefined {
    const key = groupKeyOf(pod);
    return key === undefined ? undefined : { key, group: this.#needs.reader.get(POD_GROUPS, key) };
  }

  /** Members of a group follow each other, so that two groups do not each get half of the room. */
  #compare(a: QueuedPod, b: QueuedPod): number {
    const [first, second] = [a, b].map(({ pod, timestamp }) => {
      const { key = `${pod.pod.metadata?.namespace}/${pod.pod.metadata?.name}`, group } = this.#groupOf(pod.pod) ?? {};
      const created = group?.metadata?.creationTimestamp;
      return { key, time: timeOf(created) ?? timestamp };
    }) as [{ key: string; time: number }, { key: string; time: number }];
    const byPriority = (b.pod.pod.spec?.priority ?? 0) - (a.pod.pod.spec?.priority ?? 0);
    return byPriority || first.time - second.time || (first.key < second.key ? -1 : Number(first.key > second.key));
  }

  /** Spares attempts that can come to nothing: too few members, or too little room for all of them. */
  #preFilter(cycle: Cycle): Status {
    const { pod } = cycle.pod;
    const found = this.#groupOf(pod);
    if (found?.group === undefined) return SUCCESS;
    const { key, group } = found;
    if (this.#resting.has(key)) return unresolvable(`podGroup ${key} failed recently`);
    const { minMember = 0, minResources } = group.spec ?? {};
    const count = this.#members.of(key).length;
    if (count < minMember) {
      const numbers = `current pods number: ${count}, minMember of group: ${minMember}`;
      return unresolvable(`pre-filter pod ${pod.metadata?.name} cannot find enough sibling pods, ${numbers}`);
    }
    const lacking = minResources === undefined ? [] : lackingResources(cycle, key, minResources);
    return lacking.length === 0
      ? SUCCESS
      : unresolvable(`podGroup ${key} wants more than the cluster has free: ${lacking.join(", ")}`);
  }

  /** A member fits nowhere: those that wait give their room up, unless nearly all of them have a place. */
  #postFilter({ pod: { pod }, signal }: Cycle): Status {
    const found = this.#groupOf(pod);
    if (found?.group === undefined) return unschedulable("can not find pod group");
    const { key, group } = found;
    const minMember = group.spec?.minMember ?? 0;
    const placed = this.#members.placed(key);
    if (placed >= minMember) return unschedulable();
    if ((minMember - placed) / minMember <= NEARLY) return unschedulable();
    const reason = `PodGroup ${key} gets rejected due to Pod ${pod.metadata?.name} is unschedulable even after PostFilter`;
    // Where too few have come yet, the next one is not to wait; where nobody gave room up, nothing begins anew.
    const gaveUp = this.#rejectWaiting(key, reason);
    if (gaveUp > 0 && this.#members.of(key).length >= minMember) this.#leaveAlone(key, signal);
    return unschedulable(reason);
  }

  /**
   * Without a pause the room that members give up would have them tried again at once, for ever. No event may come that
   * brings them back after it, so they are brought back.
   */
  #leaveAlone(key: string, signal: AbortSignal): void {
    const { clock, queue } = this.#needs;
    const pause = this.#args.podGroupBackoffSeconds * 1_000;
    if (this.#resting.has(key)) return;
    this.#resting.add(key);
    const timer = clock.setTimeout(() => {
      signal.removeEventListener("abort", cancel);
      this.#resting.delete(key);
      for (const member of this.#members.unplaced(key)) queue.activate(member);
    }, pause);
    const cancel = (): void => timer.cancel();
    signal.addEventListener("abort", cancel, { once: true });
  }

  #unreserve(pod: Pod): void {
    const key = groupKeyOf(pod);
    if (key === undefined) return;
    this.#members.release(key, pod);
    this.#rejectWaiting(key, "rejection in Unreserve");
  }

  /** Lets the whole group go on once enough of it have a place; until then each waits and has the others tried. */
  #permit(pod: Pod): { readonly status: Status; readonly timeout?: number } {
    const found = this.#groupOf(pod);
    if (found === undefined) return { status: SUCCESS };
    const { key, group } = found;
    if (group === undefined) return { status: unschedulable("PodGroup not found") };
    const { minMember = 0, scheduleTimeoutSeconds = this.#args.permitWaitingTimeSeconds } = group.spec ?? {};
    if (this.#members.placed(key) >= minMember) {
      for (const waiting of this.#needs.waitingPods.list()) if (groupKeyOf(waiting.pod) === key) waiting.allow(NAME);
      return { status: SUCCESS };
    }
    for (const sibling of this.#members.unplaced(key)) this.#needs.queue.activate(sibling);
    return { status: WAIT, timeout: scheduleTimeoutSeconds * 1_000 };
  }

  /** Answers how many waited. */
  #rejectWaiting(key: string, reason: string): number {
    const waiting = this.#needs.waitingPods.list().filter(({ pod }) => groupKeyOf(pod) === key);
    for (const each of waiting) each.reject(NAME, reason);
    return waiting.length;
  }

  #events(): readonly ClusterEventWithHint[] {
    const sameGroup: ClusterEventWithHint["hint"] = ({ pod }, before, after) => {
      const other = (after ?? before) as Pod | undefined;
      return other !== undefined && groupKeyOf(pod) !== undefined && groupKeyOf(other) === groupKeyOf(pod)
        ? "Queue"
        : "QueueSkip";
    };
    const ownGroup: ClusterEventWithHint["hint"] = ({ pod }, before, after) => {
      const { namespace, name } = (after ?? before)?.metadata ?? {};
      return groupKeyOf(pod) === `${namespace}/${name}` ? "Queue" : "QueueSkip";
    };
    return [
      { event: { resource: "UnscheduledPod", actions: ["Add"] }, hint: sameGroup },
      { event: { resource: "AssignedPod", actions: ["Add"] }, hint: sameGroup },
      { event: { resource: POD_GROUP_EVENTS, actions: ["Add", "Update"] }, hint: ownGroup },
    ];
  }
}
