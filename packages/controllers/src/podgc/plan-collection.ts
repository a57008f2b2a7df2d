import type { Node, Pod } from "@pinnace/api";
import { isPodFinished, isTerminating } from "@pinnace/controller-runtime";

/** How many finished pods may stay (`--terminated-pod-gc-threshold`). */
const TERMINATED_THRESHOLD = 12_500;
const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

interface PodCollection {
  /** Finished pods beyond the threshold, oldest first. */
  readonly terminated: readonly Pod[];
  /** Pods on nodes that may not exist; whether they do is to be asked again after a while. */
  readonly onMissingNodes: readonly Pod[];
  /** Deleted pods that no node ever had. */
  readonly unscheduledTerminating: readonly Pod[];
  /** Deleted pods on nodes that somebody has declared out of service (KEP-2268). */
  readonly outOfService: readonly Pod[];
}

/** Pods that nobody else will ever remove. */
export function planCollection(
  pods: readonly Pod[],
  nodes: readonly Node[],
  threshold: number = TERMINATED_THRESHOLD,
): PodCollection {
  const byName = new Map(nodes.map((node) => [node.metadata?.name ?? "", node]));
  const finished = pods.filter((pod) => isPodFinished(pod) && !isTerminating(pod)).sort(byCreation);
  const assigned = pods.filter((pod) => pod.spec?.nodeName);
  return {
    terminated: finished.slice(0, Math.max(0, finished.length - threshold)),
    onMissingNodes: assigned.filter((pod) => !byName.has(pod.spec?.nodeName ?? "")),
    unscheduledTerminating: pods.filter((pod) => isTerminating(pod) && !pod.spec?.nodeName),
    outOfService: assigned.filter((pod) => isTerminating(pod) && isOutOfService(byName.get(pod.spec?.nodeName ?? ""))),
  };
}

function isOutOfService(node: Node | undefined): boolean {
  const ready = node?.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  return !ready && (node?.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
}

function byCreation(a: Pod, b: Pod): number {
  const [left, right] = [a.metadata?.creationTimestamp ?? "", b.metadata?.creationTimestamp ?? ""];
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1;
}
