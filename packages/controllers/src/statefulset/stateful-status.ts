import type { Pod, StatefulSet, StatefulSetStatus } from "@pinnace/api";
import { isPodAvailable, isTerminating } from "@pinnace/controller-runtime";
import { isRunningAndReady } from "./plan-stateful.ts";
import { revisionOf } from "./stateful-pod.ts";

export interface Revisions {
  /** What pods below the partition, or before an update, are made from. */
  readonly current: string;
  readonly update: string;
}

/** The status for these pods. An update that reached all pods makes its revision the current one. */
export function statefulSetStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update }: Revisions,
  now: number,
): StatefulSetStatus {
  const replicas = set.spec?.replicas ?? 1;
  const count = (test: (pod: Pod) => boolean): number => pods.filter(test).length;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const ready = count(isRunningAndReady);
  const updated = count((pod) => !isTerminating(pod) && revisionOf(pod) === update);
  const complete =
    set.spec?.updateStrategy?.type !== "OnDelete" &&
    updated === replicas &&
    pods.length === replicas &&
    ready === replicas;
  const currentReplicas = complete ? updated : count((pod) => !isTerminating(pod) && revisionOf(pod) === current);
  return {
    observedGeneration: set.metadata?.generation ?? 0,
    replicas: pods.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision: complete ? update : current,
    updateRevision: update,
    availableReplicas: count((pod) => isRunningAndReady(pod) && isPodAvailable(pod, minReadySeconds, now)),
    collisionCount: set.status?.collisionCount ?? 0,
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
