import type { Taint, Toleration } from "@pinnace/api";

/** Whether a toleration covers a taint. */
export function tolerates({ key, operator = "Equal", value = "", effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key ? key !== taint.key : operator !== "Exists") return false;
  return operator === "Exists" || value === (taint.value ?? "");
}

/**
 * How long a pod may stay on a node with these NoExecute taints, milliseconds: 0 when one is not tolerated, Infinity
 * when all are for ever. Of several limits the shortest counts.
 */
export function toleranceOf(tolerations: readonly Toleration[], taints: readonly Taint[]): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const matching = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching)
      if (tolerationSeconds !== undefined) shortest = Math.min(shortest, Math.max(0, tolerationSeconds) * 1000);
  }
  return shortest;
}
