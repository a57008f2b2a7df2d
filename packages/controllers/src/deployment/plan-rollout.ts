import type { Deployment, ReplicaSet } from "@pinnace/api";
import { revisionOf } from "./annotations.ts";
import {
  allOf,
  availableReplicas,
  fenceposts,
  isActive,
  isRollingUpdate,
  olderFirst,
  type ReplicaSets,
  specReplicas,
  total,
} from "./replica-sets.ts";

/** A ReplicaSet and the size that it gets. */
export interface ScaleStep {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

/** How many replicas the ReplicaSet of the present template may have now, given the sizes of all others. */
export function newReplicaSetSize(deployment: Deployment, { current, old }: ReplicaSets): number {
  const wanted = specReplicas(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const size = current === undefined ? 0 : specReplicas(current);
  const room = wanted + fenceposts(deployment).maxSurge - total(old, specReplicas) - size;
  if (room <= 0) return size;
  return size + Math.min(room, wanted - size);
}

/** The next step of a rolling update upwards: undefined when the new ReplicaSet has the size that it may have. */
export function planScaleUp(deployment: Deployment, sets: ReplicaSets): ScaleStep | undefined {
  const { current } = sets;
  if (current === undefined) return undefined;
  const size = specReplicas(current);
  const wanted = specReplicas(deployment);
  const replicas = size > wanted ? wanted : newReplicaSetSize(deployment, sets);
  return replicas === size ? undefined : { replicaSet: current, replicas };
}

/**
 * The next steps of a rolling update downwards: first replicas of old ReplicaSets that are not available anyway, then as
 * many available ones as `maxUnavailable` allows.
 */
export function planScaleDown(deployment: Deployment, sets: ReplicaSets): readonly ScaleStep[] {
  const { current } = sets;
  const old = sets.old.filter(isActive).sort(olderFirst);
  if (current === undefined || old.length === 0) return [];
  const minAvailable = specReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  const newUnavailable = specReplicas(current) - availableReplicas(current);
  const mayGo = total(allOf(sets), specReplicas) - minAvailable - newUnavailable;
  if (mayGo <= 0) return [];

  const sizes = new Map(old.map((replicaSet) => [replicaSet, specReplicas(replicaSet)]));
  shrink(sizes, mayGo, (replicaSet, size) => size - availableReplicas(replicaSet));
  shrink(sizes, total(allOf(sets), availableReplicas) - minAvailable, (_, size) => size);
  return [...sizes]
    .filter(([replicaSet, replicas]) => replicas !== specReplicas(replicaSet))
    .map(([replicaSet, replicas]) => ({ replicaSet, replicas }));
}

/** Takes `count` replicas in all, from each ReplicaSet in turn at most as many as `limit` says. */
function shrink(
  sizes: Map<ReplicaSet, number>,
  count: number,
  limit: (replicaSet: ReplicaSet, size: number) => number,
): void {
  let left = count;
  for (const [replicaSet, size] of sizes) {
    if (left <= 0) return;
    const taken = Math.max(0, Math.min(left, limit(replicaSet, size), size));
    sizes.set(replicaSet, size - taken);
    left -= taken;
  }
}

/** Recreate: all old ReplicaSets go to 0 first. */
export function planScaleDownForRecreate({ old }: ReplicaSets): readonly ScaleStep[] {
  return old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }));
}

/** ReplicaSets beyond the history limit, oldest revision first: only those that are empty and settled may go. */
export function planCleanup(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit;
  if (limit === undefined) return [];
  const alive = old.filter((replicaSet) => replicaSet.metadata?.deletionTimestamp === undefined);
  return [...alive]
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)) || olderFirst(a, b))
    .slice(0, Math.max(0, alive.length - limit))
    .filter(
      (replicaSet) =>
        specReplicas(replicaSet) === 0 &&
        (replicaSet.status?.replicas ?? 0) === 0 &&
        (replicaSet.metadata?.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0),
    );
}
