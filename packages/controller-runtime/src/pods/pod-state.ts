import type { Pod, PodTemplateSpec } from "@pinnace/api";
import type { OwnerReference } from "@pinnace/apimachinery";
import { timeOf } from "@pinnace/apimachinery";
import { findCondition, isConditionTrue } from "../conditions.ts";

/** True while the pod is neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && !isTerminating(pod);
}

/** True when the pod has succeeded or failed. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

/** True when the pod's `Ready` condition is. */
export function isPodReady(pod: Pod): boolean {
  return isConditionTrue(pod.status?.conditions, "Ready");
}

/** When the pod became ready, milliseconds since the epoch; undefined when it is not. */
export function readySince(pod: Pod): number | undefined {
  const ready = findCondition(pod.status?.conditions, "Ready");
  return ready?.status === "True" ? timeOf(ready.lastTransitionTime) : undefined;
}

/** True when the pod has been ready for `minReadySeconds` at `now` (milliseconds since the epoch). */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySince(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= now;
}

/** Milliseconds until the first ready pod that is not yet available becomes so; undefined when there is none. */
export function untilNextAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const waits = pods
    .filter((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now))
    .map((pod) => (readySince(pod) ?? now) + minReadySeconds * 1000 - now);
  return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits));
}

/** A pod as a controller makes it from a template; its name is the server's to choose unless `name` is given. */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: OwnerReference,
  name?: string,
): Pod & { readonly metadata: NonNullable<Pod["metadata"]> } {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(name === undefined ? { generateName: podNamePrefix(owner.name) } : { name }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [owner],
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  };
}

/** `name-`, or the name itself where a dash would make it invalid: names of pods are at most 253 characters. */
function podNamePrefix(name: string): string {
  return name.length < 253 ? `${name}-` : name;
}
