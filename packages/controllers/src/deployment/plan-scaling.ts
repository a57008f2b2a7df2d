import type { Deployment, ReplicaSet } from "@pinnace/api";
import { desiredReplicas, maxReplicas } from "./annotations.ts";
import type { ScaleStep } from "./plan-rollout.ts";
import {
  allOf,
  availableReplicas,
  fenceposts,
  isActive,
  isRollingUpdate,
  nameOf,
  olderFirst,
  type ReplicaSets,
  specReplicas,
  total,
} from "./replica-sets.ts";

/** True when the Deployment's wanted number changed since its active ReplicaSets were sized. */
export function isScalingEvent(deployment: Deployment, sets: ReplicaSets): boolean {
  return allOf(sets)
    .filter(isActive)
    .some((replicaSet) => {
      const desired = desiredReplicas(replicaSet);
      return desired !== undefined && desired !== specReplicas(deployment);
    });
}

/**
 * What a change of the wanted number does to the ReplicaSets: the only active one (or the newest) takes it all; a
 * finished rollout loses its old ones; in the middle of a rolling update the difference is spread in proportion.
 * Steps may leave a size as it is: they refresh the annotations that record the Deployment's scale.
 */
export function planScaling(deployment: Deployment, sets: ReplicaSets): readonly ScaleStep[] {
  const wanted = specReplicas(deployment);
  const single = activeOrLatest(sets);
  if (single !== undefined) return specReplicas(single) === wanted ? [] : [{ replicaSet: single, replicas: wanted }];
  if (isSaturated(deployment, sets.current))
    return sets.old.filter(isActive).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  return isRollingUpdate(deployment) ? planProportions(deployment, allOf(sets).filter(isActive)) : [];
}

/** The only active ReplicaSet, or the newest when none is; undefined when several are. */
function activeOrLatest({ current, old }: ReplicaSets): ReplicaSet | undefined {
  const active = allOf({ current, old }).filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? [...old].sort(olderFirst).at(-1);
}

function isSaturated(deployment: Deployment, current: ReplicaSet | undefined): boolean {
  if (current === undefined) return false;
  const wanted = specReplicas(deployment);
  return (
    desiredReplicas(current) === wanted && specReplicas(current) === wanted && availableReplicas(current) === wanted
  );
}

function planProportions(deployment: Deployment, active: readonly ReplicaSet[]): readonly ScaleStep[] {
  const wanted = specReplicas(deployment);
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).maxSurge : 0;
  const toAdd = allowed - total(active, specReplicas);
  const ordered = [...active].sort(toAdd > 0 ? largerThenNewer : largerThenOlder);
  let added = 0;
  const steps = ordered.map((replicaSet) => {
    const share = toAdd === 0 ? 0 : proportion(deployment, replicaSet, toAdd, added);
    added += share;
    return { replicaSet, replicas: specReplicas(replicaSet) + share };
  });
  const [first, ...rest] = steps;
  if (first === undefined) return [];
  // What rounding left over goes to the largest.
  return [{ ...first, replicas: Math.max(0, first.replicas + toAdd - added) }, ...rest];
}

function proportion(deployment: Deployment, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  if (specReplicas(replicaSet) === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, replicaSet);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

/** By how much the ReplicaSet changes to keep its share of the Deployment. */
function fractionOf(deployment: Deployment, replicaSet: ReplicaSet): number {
  const wanted = specReplicas(deployment);
  const size = specReplicas(replicaSet);
  if (wanted === 0) return -size;
  const before = maxReplicas(replicaSet) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return Math.round((size * (wanted + fenceposts(deployment).maxSurge)) / before) - size;
}

function largerThenNewer(a: ReplicaSet, b: ReplicaSet): number {
  return specReplicas(b) - specReplicas(a) || newer(a, b) || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function largerThenOlder(a: ReplicaSet, b: ReplicaSet): number {
  return specReplicas(b) - specReplicas(a) || olderFirst(a, b);
}

function newer(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata?.creationTimestamp ?? "", b.metadata?.creationTimestamp ?? ""];
  if (left === right) return 0;
  return left > right ? -1 : 1;
}
