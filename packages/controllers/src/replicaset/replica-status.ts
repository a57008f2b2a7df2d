import type { Pod } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import { findCondition, isPodAvailable, isPodReady, withoutCondition } from "@pinnace/controller-runtime";
import type { ReplicaCondition, ReplicaOwner, ReplicaStatus } from "./replica-kind.ts";

/** Why the pods could not be brought to the wanted number. */
export interface ReplicaFailure {
  readonly reason: "FailedCreate" | "FailedDelete";
  readonly message: string;
}

interface ReplicaStatusInput {
  readonly owner: ReplicaOwner;
  readonly active: readonly Pod[];
  /** Undefined where terminating pods are not counted. */
  readonly terminating: readonly Pod[] | undefined;
  readonly failure: ReplicaFailure | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status that an owner with these pods should have. Counts of 0 are left out, as upstream leaves them out. */
export function replicaStatus({ owner, active, terminating, failure, now }: ReplicaStatusInput): ReplicaStatus {
  const labels = Object.entries(owner.spec?.template?.metadata?.labels ?? {});
  const minReadySeconds = owner.spec?.minReadySeconds ?? 0;
  const fullyLabeled = active.filter((pod) => labels.every(([key, value]) => pod.metadata?.labels?.[key] === value));
  const ready = active.filter(isPodReady);
  const available = ready.filter((pod) => isPodAvailable(pod, minReadySeconds, now));
  const conditions = failureConditions(owner.status?.conditions, failure, now);
  return {
    replicas: active.length,
    ...counted("fullyLabeledReplicas", fullyLabeled.length),
    ...counted("readyReplicas", ready.length),
    ...counted("availableReplicas", available.length),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating.length }),
    observedGeneration: owner.metadata?.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function counted(name: keyof ReplicaStatus, count: number): Partial<ReplicaStatus> {
  return count === 0 ? {} : { [name]: count };
}

/** The condition ReplicaFailure stays as it was first set until the failure is over. */
function failureConditions(
  conditions: readonly ReplicaCondition[] | undefined,
  failure: ReplicaFailure | undefined,
  now: number,
): readonly ReplicaCondition[] {
  if (failure === undefined) return withoutCondition(conditions, "ReplicaFailure");
  if (findCondition(conditions, "ReplicaFailure") !== undefined) return conditions ?? [];
  return [
    ...(conditions ?? []),
    { type: "ReplicaFailure", status: "True", lastTransitionTime: formatTime(now), ...failure },
  ];
}
