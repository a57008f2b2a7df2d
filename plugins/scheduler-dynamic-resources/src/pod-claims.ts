import { type Pod, RESOURCE_CLAIMS, type ResourceClaim } from "@pinnace/api";
import type { ClusterReader } from "@pinnace/scheduler-framework";

/** A claim that a pod names but that is not there (yet). */
interface MissingClaim {
  readonly missing: string;
}

/**
 * The ResourceClaims of a pod: those that it names, and those that were made for it from a template
 * (`status.resourceClaimStatuses`). A template may turn out to need no claim.
 */
export function claimsOf(pod: Pod, reader: ClusterReader): readonly ResourceClaim[] | MissingClaim {
  const claims: ResourceClaim[] = [];
  for (const { name, resourceClaimName } of pod.spec?.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === name);
    if (resourceClaimName === undefined && made !== undefined && made.resourceClaimName === undefined) continue;
    const claimName = resourceClaimName ?? made?.resourceClaimName;
    if (claimName === undefined) {
      return { missing: `waiting for dynamic resource controller to create the resourceclaim of claim "${name}"` };
    }
    const claim = reader.get(RESOURCE_CLAIMS, `${pod.metadata?.namespace}/${claimName}`);
    if (claim === undefined) return { missing: `waiting for resourceclaim "${claimName}" to be created` };
    claims.push(claim);
  }
  return claims;
}

export function isReservedFor({ status }: ResourceClaim, pod: Pod): boolean {
  return (status?.reservedFor ?? []).some(({ uid }) => uid === pod.metadata?.uid);
}
