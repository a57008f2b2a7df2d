import type { Node, Taint } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** Which taint stands for which status of which condition (KEP-382). */
const CONDITION_TAINTS: readonly { readonly type: string; readonly status: string; readonly key: string }[] = [
  { type: "Ready", status: "False", key: NOT_READY },
  { type: "Ready", status: "Unknown", key: UNREACHABLE },
  { type: "MemoryPressure", status: "True", key: "node.kubernetes.io/memory-pressure" },
  { type: "DiskPressure", status: "True", key: "node.kubernetes.io/disk-pressure" },
  { type: "NetworkUnavailable", status: "True", key: "node.kubernetes.io/network-unavailable" },
  { type: "PIDPressure", status: "True", key: "node.kubernetes.io/pid-pressure" },
];
const NO_SCHEDULE_KEYS: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...CONDITION_TAINTS.map(({ key }) => key)]);
const NO_EXECUTE_KEYS: ReadonlySet<string> = new Set([NOT_READY, UNREACHABLE]);

/** The taints with the NoSchedule ones brought in line with the node's conditions; undefined when they are already. */
export function withConditionTaints(node: Node, now: number): readonly Taint[] | undefined {
  const keys = new Set<string>();
  for (const { type, status, key } of CONDITION_TAINTS)
    if (findCondition(node.status?.conditions, type)?.status === status) keys.add(key);
  if (node.spec?.unschedulable) keys.add(UNSCHEDULABLE);
  // A node that has not reported yet keeps the taint that it was born with.
  const reported = findCondition(node.status?.conditions, "Ready") !== undefined;
  if (!reported && node.spec?.taints?.some(({ key, effect }) => key === NOT_READY && effect === "NoSchedule"))
    keys.add(NOT_READY);
  return replaceTaints(node, NO_SCHEDULE_KEYS, "NoSchedule", keys, now);
}

/**
 * The taints with the NoExecute ones brought in line with the condition Ready; undefined when they are already.
 * `evict` false takes them away whatever the condition is.
 */
export function withEvictionTaints(node: Node, evict: boolean, now: number): readonly Taint[] | undefined {
  const status = findCondition(node.status?.conditions, "Ready")?.status;
  const keys = new Set<string>();
  if (evict && status === "False") keys.add(NOT_READY);
  if (evict && status === "Unknown") keys.add(UNREACHABLE);
  return replaceTaints(node, NO_EXECUTE_KEYS, "NoExecute", keys, now);
}

function replaceTaints(
  node: Node,
  ours: ReadonlySet<string>,
  effect: string,
  wanted: ReadonlySet<string>,
  now: number,
): readonly Taint[] | undefined {
  const present = node.spec?.taints ?? [];
  const kept = present.filter((taint) => taint.effect !== effect || !ours.has(taint.key) || wanted.has(taint.key));
  const added = [...wanted]
    .filter((key) => !kept.some((taint) => taint.effect === effect && taint.key === key))
    .map((key) => ({ key, effect, timeAdded: formatTime(now) }));
  return kept.length === present.length && added.length === 0 ? undefined : [...kept, ...added];
}
