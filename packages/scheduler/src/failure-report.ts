import { PODS, type Pod, type PodCondition } from "@pinnace/api";
import { formatTime, hasReason } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";

export interface Failure {
  readonly reason: "Unschedulable" | "SchedulerError" | "SchedulingGated";
  readonly message: string;
  /** Where room was made; "" clears the nomination, undefined leaves it. */
  readonly nominatedNode?: string;
  /** Annotations to write with it. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Writes the condition `PodScheduled=False` (and the nomination) to a pod that could not be scheduled. Nothing is written
 * when it says so already; a pod that is gone is no failure.
 */
export async function reportFailure(client: Client, clock: Clock, pod: Pod, failure: Failure): Promise<void> {
  const { name = "", namespace = "", generation } = pod.metadata ?? {};
  const known = pod.status?.conditions?.find((condition) => condition.type === "PodScheduled");
  const nominated =
    failure.nominatedNode !== undefined && failure.nominatedNode !== (pod.status?.nominatedNodeName ?? "");
  const same = known?.status === "False" && known.reason === failure.reason && known.message === failure.message;
  const { annotations } = failure;
  if (same && !nominated) {
    if (annotations !== undefined) await annotate(client, pod, annotations);
    return;
  }
  const now = formatTime(clock.now());
  const condition: PodCondition = {
    type: "PodScheduled",
    status: "False",
    reason: failure.reason,
    message: failure.message,
    lastProbeTime: null,
    lastTransitionTime: known?.status === "False" ? (known.lastTransitionTime ?? now) : now,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  } as unknown as PodCondition;
  const body = {
    ...(annotations === undefined ? {} : { metadata: { annotations } }),
    status: { conditions: [condition], ...(nominated ? { nominatedNodeName: failure.nominatedNode || null } : {}) },
  };
  try {
    await client
      .resource(PODS)
      .namespace(namespace)
      .patch(name, { type: "strategic", body }, { subresource: "status" });
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
  }
}

/** Writes annotations by way of the status, which is all of a pod that a scheduler may write. */
export async function annotate(
  client: Client,
  { metadata }: Pod,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const patch = { type: "strategic", body: { metadata: { annotations } } } as const;
  const pods = client.resource(PODS).namespace(metadata?.namespace ?? "");
  try {
    await pods.patch(metadata?.name ?? "", patch, { subresource: "status" });
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
  }
}

/** Writes where a pod is going, or takes it back (""). A pod that is gone is no failure. */
export async function writeNomination(client: Client, { metadata, status }: Pod, nodeName: string): Promise<void> {
  if ((status?.nominatedNodeName ?? "") === nodeName) return;
  const { name = "", namespace = "" } = metadata ?? {};
  const patch = { type: "strategic", body: { status: { nominatedNodeName: nodeName || null } } } as const;
  try {
    await client.resource(PODS).namespace(namespace).patch(name, patch, { subresource: "status" });
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
  }
}
