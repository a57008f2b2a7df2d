import { PODS, type Pod } from "@pinnace/api";
import {
  type ClusterEventWithHint,
  type PodInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
  type Status,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";
import { GroupConditions } from "./group-conditions.ts";
import { POD_GROUP_EVENTS, POD_GROUPS } from "./pod-groups.ts";

const NAME = "GangScheduling";
/** How long pods of a gang wait for each other, milliseconds. */
const PERMIT_TIMEOUT = 300_000;
const TOO_FEW = unresolvable("waiting for minCount pods from a gang to appear in scheduling queue");
const WAIT: Status = { code: "Wait", reasons: ["waiting for minCount pods from a gang to be scheduled"] };

const uidOf = ({ metadata }: Pod): string => metadata?.uid ?? "";
const isOver = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed";

/** The PodGroup that a pod names, as `namespace/name`. */
function groupKeyOf({ metadata, spec }: Pod): string | undefined {
  const name = spec?.schedulingGroup?.podGroupName;
  return name === undefined ? undefined : `${metadata?.namespace}/${name}`;
}

/** Schedules the pods of a gang together. */
export class GangScheduling {
  readonly #needs: SchedulerComponents;
  /** Pods with a reservation, by uid. */
  readonly #reserved = new Set<string>();
  readonly #conditions: GroupConditions;

  constructor(components: SchedulerComponents) {
    this.#needs = components;
    this.#conditions = new GroupConditions(components);
    components.reader.list(POD_GROUPS); // so that they are known when the first pod comes
  }

  plugin(): SchedulerPlugin {
    return {
      preEnqueue: (pod) => this.#preEnqueue(pod),
      reserve: ({ pod }) => {
        if (groupKeyOf(pod.pod) !== undefined) this.#reserved.add(uidOf(pod.pod));
        return SUCCESS;
      },
      unreserve: ({ pod }) => this.#unreserve(pod.pod),
      postBind: ({ pod }) => void this.#reserved.delete(uidOf(pod.pod)),
      permit: ({ pod }) => this.#permit(pod.pod),
      eventsToRegister: () => EVENTS,
    };
  }

  #preEnqueue({ pod }: PodInfo): Status {
    const key = groupKeyOf(pod);
    if (key === undefined) return SUCCESS;
    const group = this.#needs.reader.get(POD_GROUPS, key);
    if (group === undefined) {
      const name = JSON.stringify(pod.spec?.schedulingGroup?.podGroupName);
      return unresolvable(`waiting for pods's pod group ${name} to appear in scheduling queue`);
    }
    const { gang } = group.spec.schedulingPolicy;
    if (gang === undefined) return SUCCESS;
    const members = this.#membersOf(key);
    // The pod itself may not have come to the cache of pods yet.
    const count = members.length + (members.some((each) => uidOf(each) === uidOf(pod)) ? 0 : 1);
    return count < gang.minCount ? TOO_FEW : SUCCESS;
  }

  /** The pod that completes the quorum takes those that wait with it; before, it has the others tried. */
  #permit(pod: Pod): { readonly status: Status; readonly timeout?: number } {
    const key = groupKeyOf(pod);
    if (key === undefined) return { status: SUCCESS };
    const { reader, waitingPods, queue } = this.#needs;
    const group = reader.get(POD_GROUPS, key);
    if (group === undefined) {
      const [namespace, name] = key.split("/");
      const missing = `podgroup.scheduling.k8s.io ${JSON.stringify(name)} not found`;
      return { status: { code: "Error", reasons: [`failed to get podGroup ${namespace}/${name}: ${missing}`] } };
    }
    const { gang } = group.spec.schedulingPolicy;
    if (gang === undefined) return { status: SUCCESS };
    const members = this.#membersOf(key);
    const isPlaced = (member: Pod): boolean => Boolean(member.spec?.nodeName) || this.#reserved.has(uidOf(member));
    if (members.filter(isPlaced).length < gang.minCount) {
      for (const member of members) if (!isPlaced(member)) queue.activate(member);
      return { status: WAIT, timeout: PERMIT_TIMEOUT };
    }
    for (const waiting of waitingPods.list()) if (groupKeyOf(waiting.pod) === key) waiting.allow(NAME);
    void this.#conditions.write(group, { status: "True", reason: "Scheduled", message: "" });
    return { status: SUCCESS };
  }

  /** A gang whose pods have waited in vain is unschedulable, until it is scheduled. */
  #unreserve(pod: Pod): void {
    if (!this.#reserved.delete(uidOf(pod))) return;
    const group = this.#needs.reader.get(POD_GROUPS, groupKeyOf(pod) ?? "");
    if (group?.spec.schedulingPolicy.gang === undefined) return;
    const [message = ""] = WAIT.reasons;
    void this.#conditions.write(group, { status: "False", reason: "Unschedulable", message });
  }

  /** The pods of a group that are not over. */
  #membersOf(key: string): readonly Pod[] {
    const namespace = key.slice(0, key.indexOf("/"));
    return this.#needs.reader.list(PODS, namespace).filter((pod) => groupKeyOf(pod) === key && !isOver(pod));
  }
}

const sameGroup: NonNullable<ClusterEventWithHint["hint"]> = ({ pod }, before, after) => {
  const key = groupKeyOf(pod);
  const other = (after ?? before) as Pod | undefined;
  return key !== undefined && other !== undefined && groupKeyOf(other) === key ? "Queue" : "QueueSkip";
};

const ownGroup: NonNullable<ClusterEventWithHint["hint"]> = ({ pod }, before, after) => {
  const { namespace, name } = (after ?? before)?.metadata ?? {};
  return groupKeyOf(pod) === `${namespace}/${name}` ? "Queue" : "QueueSkip";
};

const EVENTS: readonly ClusterEventWithHint[] = [
  { event: { resource: "UnscheduledPod", actions: ["Add"] }, hint: sameGroup },
  { event: { resource: "AssignedPod", actions: ["Add"] }, hint: sameGroup },
  { event: { resource: POD_GROUP_EVENTS, actions: ["Add"] }, hint: ownGroup },
];
