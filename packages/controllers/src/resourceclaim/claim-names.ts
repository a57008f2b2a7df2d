import type { Pod, ResourceClaim } from "@pinnace/api";
import { isPodFinished } from "@pinnace/controller-runtime";

/** On a claim that was made for a pod: the entry of `spec.resourceClaims` that it is for. */
export const POD_CLAIM_NAME = "resource.kubernetes.io/pod-claim-name";

/** The claims that a pod uses by name, with those that were made for it. */
export function claimNamesOf({ spec, status }: Pod): readonly string[] {
  return (spec?.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    const made = status?.resourceClaimStatuses?.find((entry) => entry.name === name)?.resourceClaimName;
    const used = resourceClaimName ?? made;
    return used === undefined ? [] : [used];
  });
}

/** Whether nothing of the pod runs any more, nor ever will. */
export function isPodDone(pod: Pod): boolean {
  return isPodFinished(pod) || (pod.metadata?.deletionTimestamp !== undefined && !pod.spec?.nodeName);
}

/** What has to be done about a claim when its consumers may have gone. */
export interface ClaimPlan {
  /** The new `status.reservedFor`, when some of it went. */
  readonly reservedFor?: NonNullable<NonNullable<ResourceClaim["status"]>["reservedFor"]>;
  /** The allocation was made by the scheduler and is given back. */
  readonly deallocate: boolean;
  /** The pod that the claim was made for is done. */
  readonly delete: boolean;
}

/** `podOf`: the pod with this name and uid; undefined when there is none. */
export function planClaim(claim: ResourceClaim, podOf: (name: string, uid: string) => Pod | undefined): ClaimPlan {
  const reserved = claim.status?.reservedFor ?? [];
  const valid = reserved.filter(({ apiGroup = "", resource, name, uid }) => {
    if (apiGroup !== "" || resource !== "pods") return true;
    const pod = podOf(name, uid);
    return pod !== undefined && !isPodDone(pod);
  });
  const changed = valid.length < reserved.length;
  const scheduled = claim.metadata?.finalizers?.includes(DELETE_PROTECTION) ?? false;
  const idle = valid.length === 0;
  const owner = claim.metadata?.ownerReferences?.find(({ controller, kind }) => controller && kind === "Pod");
  const pod = owner === undefined ? undefined : podOf(owner.name, owner.uid);
  return {
    ...(changed ? { reservedFor: valid } : {}),
    deallocate: scheduled && idle && (changed || claim.metadata?.deletionTimestamp !== undefined),
    delete: idle && pod !== undefined && isPodDone(pod) && claim.metadata?.deletionTimestamp === undefined,
  };
}

/** The finalizer of claims that the scheduler has allocated. */
export const DELETE_PROTECTION = "resource.kubernetes.io/delete-protection";
