import type { Pod } from "@pinnace/api";
import { podsPerNode, rankPodsForDeletion } from "@pinnace/controller-runtime";

/** How many pods one pass creates or deletes at most. */
const BURST_REPLICAS = 500;

/** What brings the pods to the wanted number. */
interface ReplicaPlan {
  readonly create: number;
  readonly delete: readonly Pod[];
}

/**
 * Compares active pods with the wanted number. When pods must go, the order is that of {@link rankPodsForDeletion};
 * `related` are the active pods of the owner's siblings (its own included), which decide how crowded a node is.
 */
export function planReplicas(
  wanted: number,
  active: readonly Pod[],
  related: readonly Pod[],
  now: number,
): ReplicaPlan {
  const surplus = active.length - wanted;
  if (surplus < 0) return { create: Math.min(-surplus, BURST_REPLICAS), delete: [] };
  if (surplus === 0) return { create: 0, delete: [] };
  const count = Math.min(surplus, BURST_REPLICAS);
  if (count >= active.length) return { create: 0, delete: active };
  const crowded = podsPerNode(related);
  const ranked = rankPodsForDeletion(active, (pod) => crowded.get(pod.spec?.nodeName ?? "") ?? 0, now);
  return { create: 0, delete: ranked.slice(0, count) };
}

/** Sizes of the batches in which `total` creations are tried: 1, 2, 4, ..., so that a refusal costs few requests. */
export function slowStartBatches(total: number): readonly number[] {
  const batches: number[] = [];
  for (let left = total, size = 1; left > 0; size *= 2) {
    const batch = Math.min(left, size);
    batches.push(batch);
    left -= batch;
  }
  return batches;
}
