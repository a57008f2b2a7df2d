import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "@pinnace/api";
import { formatTime, timeOf } from "@pinnace/apimachinery";
import { findCondition, withCondition, withoutCondition } from "@pinnace/controller-runtime";
import { allOf, availableReplicas, fenceposts, nameOf, type ReplicaSets, specReplicas, total } from "./replica-sets.ts";

/** The progress deadline that stands for "none" (the largest int32). */
const NO_DEADLINE = 2_147_483_647;

/** A condition whose times are now. */
export function deploymentCondition(
  type: "Available" | "Progressing",
  status: "True" | "False" | "Unknown",
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const time = formatTime(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** Milliseconds within which a rollout must make progress; undefined when there is no deadline. */
export function progressDeadline(deployment: Deployment): number | undefined {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds * 1000;
}

/** Counts and the condition Available, from what the ReplicaSets report. Counts of 0 are left out. */
export function deploymentStatus(deployment: Deployment, sets: ReplicaSets, now: number): DeploymentStatus {
  const all = allOf(sets);
  const available = total(all, availableReplicas);
  const unavailable = Math.max(0, total(all, specReplicas) - available);
  const { collisionCount } = deployment.status ?? {};
  const terminating = all.some((set) => set.status?.terminatingReplicas === undefined)
    ? undefined
    : total(all, (set) => set.status?.terminatingReplicas);
  const enough = available >= specReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  return {
    observedGeneration: deployment.metadata?.generation ?? 0,
    ...counted(
      "replicas",
      total(all, (set) => set.status?.replicas),
    ),
    ...counted("updatedReplicas", sets.current?.status?.replicas ?? 0),
    ...counted(
      "readyReplicas",
      total(all, (set) => set.status?.readyReplicas),
    ),
    ...counted("availableReplicas", available),
    ...counted("unavailableReplicas", unavailable),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(deployment.status?.conditions, availability(enough, now)),
  };
}

/** {@link deploymentStatus} with the condition Progressing and failures of ReplicaSets, for a rollout under way. */
export function rolloutStatus(deployment: Deployment, sets: ReplicaSets, now: number): DeploymentStatus {
  const status = deploymentStatus(deployment, sets, now);
  const progressing = rolloutConditions(deployment, status, sets.current, now);
  const failure = replicaFailure(sets);
  const conditions =
    failure === undefined
      ? withoutCondition(progressing, "ReplicaFailure")
      : withCondition(progressing, { ...failure, lastUpdateTime: failure.lastTransitionTime ?? null });
  return { ...status, conditions };
}

/** True when all replicas are of the present template and available, and no old one is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = specReplicas(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

/**
 * When to look at a rollout again, because by then its deadline has passed: milliseconds from now. Undefined for one
 * that is complete, timed out, or without deadline.
 */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const progressing = findCondition(deployment.status?.conditions, "Progressing");
  if (deadline === undefined || progressing === undefined || isComplete(deployment, status)) return undefined;
  if (progressing.reason === "ProgressDeadlineExceeded") return undefined;
  const left = (timeOf(progressing.lastUpdateTime) ?? now) + deadline - now;
  // A second more, because times in conditions are whole seconds.
  return Math.max(0, left) + 1000;
}

function availability(enough: boolean, now: number): DeploymentCondition {
  return enough
    ? deploymentCondition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
    : deploymentCondition(
        "Available",
        "False",
        "MinimumReplicasUnavailable",
        "Deployment does not have minimum availability.",
        now,
      );
}

function rolloutConditions(
  deployment: Deployment,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
  now: number,
): readonly DeploymentCondition[] {
  if (progressDeadline(deployment) === undefined) return withoutCondition(status.conditions, "Progressing");
  const before = findCondition(deployment.status?.conditions, "Progressing");
  const unchanged = status.replicas === status.updatedReplicas && before?.reason === "NewReplicaSetAvailable";
  if (unchanged) return status.conditions ?? [];
  const subject = current === undefined ? `Deployment "${nameOf(deployment)}"` : `ReplicaSet "${nameOf(current)}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(
      status.conditions,
      deploymentCondition("Progressing", "True", "NewReplicaSetAvailable", message, now),
    );
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const message = `${subject} is progressing.`;
    const next = deploymentCondition("Progressing", "True", "ReplicaSetUpdated", message, now);
    const since = before?.status === "True" ? before.lastTransitionTime : undefined;
    // The update time moves with every step, even when status and reason stay: the deadline counts from it.
    return [
      ...withoutCondition(status.conditions, "Progressing"),
      since === undefined ? next : { ...next, lastTransitionTime: since },
    ];
  }
  if (!hasTimedOut(deployment, before, now)) return status.conditions ?? [];
  const message = `${subject} has timed out progressing.`;
  return withCondition(
    status.conditions,
    deploymentCondition("Progressing", "False", "ProgressDeadlineExceeded", message, now),
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, progressing: DeploymentCondition | undefined, now: number): boolean {
  const deadline = progressDeadline(deployment);
  if (deadline === undefined || progressing === undefined) return false;
  if (progressing.reason === "NewReplicaSetAvailable") return false;
  if (progressing.reason === "ProgressDeadlineExceeded") return true;
  return (timeOf(progressing.lastUpdateTime) ?? now) + deadline < now;
}

/** The new ReplicaSet's failure; without one, the first failure of an old one. */
function replicaFailure({ current, old }: ReplicaSets): DeploymentCondition | undefined {
  const candidates = current === undefined ? old : [current, ...old];
  for (const replicaSet of candidates) {
    const failure = findCondition(replicaSet.status?.conditions, "ReplicaFailure");
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function counted(name: keyof DeploymentStatus, count: number): Partial<DeploymentStatus> {
  return count === 0 ? {} : { [name]: count };
}
