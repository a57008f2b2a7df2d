import type { DaemonSet, Node, Pod } from "@pinnace/api";
import { scaledValue } from "@pinnace/apimachinery";
import { isPodAvailable, isTerminating } from "@pinnace/controller-runtime";
import { daemonSpec, REVISION_HASH, targetNode } from "./daemon-pod.ts";
import { type NodeFit, nodeFit } from "./node-fit.ts";

/** A node, whether it should have a daemon, and the daemons it has. */
interface DaemonSlot {
  readonly name: string;
  readonly fit: NodeFit;
  readonly pods: readonly Pod[];
}

/** Every node with its pods, and pods meant for nodes that are not there. */
export interface DaemonMap {
  readonly slots: readonly DaemonSlot[];
  readonly stray: readonly Pod[];
}

export interface DaemonPlan {
  readonly createOn: readonly string[];
  readonly delete: readonly Pod[];
  /** Failed or succeeded pods among those to delete: they are reported. */
  readonly finished: readonly Pod[];
}

export function mapDaemons(set: DaemonSet, nodes: readonly Node[], pods: readonly Pod[]): DaemonMap {
  const spec = daemonSpec(set);
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod) ?? "";
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  const slots = nodes.map((node) => {
    const name = node.metadata?.name ?? "";
    return { name, fit: nodeFit(spec, node), pods: byNode.get(name) ?? [] };
  });
  const names = new Set(slots.map(({ name }) => name));
  return { slots, stray: pods.filter((pod) => !names.has(targetNode(pod) ?? "") && !pod.spec?.nodeName) };
}

/** One daemon on every node that should have one, none elsewhere. `surges`: a second, newer one may be beside the old. */
export function planDaemons({ slots, stray }: DaemonMap, hash: string, surges: boolean): DaemonPlan {
  const createOn: string[] = [];
  const remove: Pod[] = stray.filter((pod) => !isTerminating(pod));
  const finished: Pod[] = [];
  for (const { name, fit, pods } of slots) {
    const alive = pods.filter((pod) => !isTerminating(pod));
    const ended = alive.filter(({ status }) => status?.phase === "Failed" || status?.phase === "Succeeded");
    if (fit.shouldRun && pods.length === 0) createOn.push(name);
    if (!fit.shouldContinue) {
      remove.push(...alive);
      continue;
    }
    finished.push(...ended);
    const running = alive.filter((pod) => !ended.includes(pod)).sort(olderFirst);
    const kept = surges
      ? new Set([running.find((pod) => !isCurrent(pod, hash)), running.find((pod) => isCurrent(pod, hash))])
      : new Set([running[0]]);
    remove.push(...running.filter((pod) => !kept.has(pod)));
  }
  return { createOn, delete: [...remove, ...finished], finished };
}

/** The next step of a rolling update: old pods to delete, and nodes on which new ones may be made beside the old. */
export function planRollingUpdate(set: DaemonSet, { slots }: DaemonMap, hash: string, now: number): DaemonPlan {
  const { maxSurge, maxUnavailable } = updateLimits(set, slots);
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const isAvailable = (pod: Pod | undefined): boolean =>
    pod !== undefined && !isTerminating(pod) && isPodAvailable(pod, minReadySeconds, now);
  const wanted = slots.filter(({ fit }) => fit.shouldRun);
  const states = wanted.map(({ name, pods }) => ({
    name,
    current: pods.find((pod) => isCurrent(pod, hash)),
    old: pods.find((pod) => !isCurrent(pod, hash)),
  }));
  const outdated = states.filter(({ old }) => old !== undefined && !isTerminating(old));
  if (maxSurge === 0) {
    let left = maxUnavailable - states.filter(({ current, old }) => !isAvailable(current ?? old)).length;
    const remove: Pod[] = [];
    for (const { old, current } of outdated) {
      if (isAvailable(old) && current === undefined && left-- <= 0) continue;
      remove.push(old!);
    }
    return { createOn: [], delete: remove, finished: [] };
  }
  let left = maxSurge - states.filter(({ current, old }) => current !== undefined && old !== undefined).length;
  const createOn: string[] = [];
  const remove: Pod[] = [];
  for (const { name, old, current } of outdated) {
    if (current === undefined) {
      if (!isAvailable(old) || left-- > 0) createOn.push(name);
    } else if (isAvailable(current)) remove.push(old!);
  }
  return { createOn, delete: remove, finished: [] };
}

export function isCurrent({ metadata }: Pod, hash: string): boolean {
  return metadata?.labels?.[REVISION_HASH] === hash;
}

export function updateLimits(
  { spec }: DaemonSet,
  slots: readonly DaemonSlot[],
): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const desired = slots.filter(({ fit }) => fit.shouldRun).length;
  const { maxSurge = 0, maxUnavailable = 1 } = spec?.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, desired, "up") ?? 0;
  const unavailable = scaledValue(maxUnavailable, desired, "up") ?? 1;
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function olderFirst(a: Pod, b: Pod): number {
  const [left, right] = [a.metadata?.creationTimestamp ?? "", b.metadata?.creationTimestamp ?? ""];
  if (left !== right) return left < right ? -1 : 1;
  // A pod that a node has goes before one that waits.
  return Number(Boolean(b.spec?.nodeName)) - Number(Boolean(a.spec?.nodeName));
}
