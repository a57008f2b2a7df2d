import type { Pod } from "@pinnace/api";

/** A PersistentVolumeClaim that a pod uses. */
export interface PodClaim {
  readonly name: string;
  /** Made for this pod alone, from `volumes[].ephemeral`. */
  readonly ephemeral: boolean;
}

const NONE: readonly PodClaim[] = Object.freeze([]);

/** The claims that a pod's volumes name, in their order. */
export function podVolumeClaims(pod: Pod): readonly PodClaim[] {
  let claims: PodClaim[] | undefined;
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) {
      claims ??= [];
      claims.push({ name: persistentVolumeClaim.claimName, ephemeral: false });
    } else if (ephemeral !== undefined) {
      claims ??= [];
      claims.push({ name: `${pod.metadata?.name}-${name}`, ephemeral: true });
    }
  }
  return claims ?? NONE;
}
