import type { Lease, Node, NodeCondition } from "@pinnace/api";
import { formatTime, timeOf } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";

/** Silence after which a node counts as out of reach, milliseconds (kube-controller-manager `--node-monitor-grace-period`). */
const MONITOR_GRACE = 50_000;
/** The same for a node that has never reported (`--node-startup-grace-period`). */
const STARTUP_GRACE = 60_000;
const REPORTED: readonly string[] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** When a node was last heard of, by the controller's own clock. */
export interface NodeHealth {
  /** `lastHeartbeatTime` of Ready and `renewTime` of the Lease as last seen: what matters is that they change. */
  readonly heartbeat: string | undefined;
  readonly renewTime: string | undefined;
  readonly hasReady: boolean;
  /** Milliseconds since the epoch. */
  readonly heardAt: number;
}

/** The health after looking at a node and its Lease at `now`. */
export function observeHealth(
  before: NodeHealth | undefined,
  node: Node,
  lease: Lease | undefined,
  now: number,
): NodeHealth {
  const ready = findCondition(node.status?.conditions, "Ready");
  const seen = {
    heartbeat: ready?.lastHeartbeatTime ?? undefined,
    renewTime: lease?.spec?.renewTime ?? undefined,
    hasReady: ready !== undefined,
  };
  if (before === undefined) {
    const created = timeOf(node.metadata?.creationTimestamp) ?? now;
    return { ...seen, heardAt: ready === undefined ? created : now };
  }
  const heard =
    seen.heartbeat !== before.heartbeat ||
    (seen.hasReady && !before.hasReady) ||
    (seen.renewTime ?? "") > (before.renewTime ?? "");
  return { ...seen, heardAt: heard ? now : before.heardAt };
}

/** True when nothing was heard of the node for too long. */
export function isSilent(health: NodeHealth, now: number): boolean {
  return now > health.heardAt + (health.hasReady ? MONITOR_GRACE : STARTUP_GRACE);
}

/** The conditions of a node that has fallen silent: everything that its kubelet reports becomes Unknown. */
export function silentConditions(node: Node, now: number): readonly NodeCondition[] {
  const present = node.status?.conditions ?? [];
  const time = formatTime(now);
  const unknown = present.map((condition) =>
    REPORTED.includes(condition.type) && condition.status !== "Unknown"
      ? {
          ...condition,
          status: "Unknown",
          reason: "NodeStatusUnknown",
          message: "Kubelet stopped posting node status.",
          lastTransitionTime: time,
        }
      : condition,
  );
  const missing = REPORTED.filter((type) => findCondition(present, type) === undefined).map((type) => ({
    type,
    status: "Unknown",
    reason: "NodeStatusNeverUpdated",
    message: "Kubelet never posted node status.",
    lastHeartbeatTime: node.metadata?.creationTimestamp ?? time,
    lastTransitionTime: time,
  }));
  return [...unknown, ...missing];
}
