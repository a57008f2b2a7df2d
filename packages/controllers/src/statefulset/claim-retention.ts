import {
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
} from "@pinnace/api";
import { type OwnerReference, semanticEqual } from "@pinnace/apimachinery";
import { type ControllerComponents, controllerReference } from "@pinnace/controller-runtime";

/**
 * Who owns a claim by the set's retention policy (KEP-1847): the set, when claims go with it; the pod, when they go with
 * a pod that is scaled away; else nobody of ours. References of others stay.
 */
function claimOwners(
  set: StatefulSet,
  pod: Pod | undefined,
  claim: PersistentVolumeClaim,
  condemned: boolean,
): readonly OwnerReference[] {
  const { whenDeleted = "Retain", whenScaled = "Retain" } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const ours = new Set([set.metadata?.uid, pod?.metadata?.uid]);
  const others = (claim.metadata?.ownerReferences ?? []).filter(({ uid }) => !ours.has(uid));
  if (whenScaled === "Delete" && condemned && pod !== undefined)
    return [
      ...others,
      { apiVersion: "v1", kind: PODS.kind, name: pod.metadata?.name ?? "", uid: pod.metadata?.uid ?? "" },
    ];
  return whenDeleted === "Delete" ? [...others, controllerReference(set, STATEFUL_SETS)] : others;
}

/** Brings the owners of a claim in line; does nothing to one that is in line or not there. */
export async function retainClaim(
  { client }: ControllerComponents,
  set: StatefulSet,
  pod: Pod | undefined,
  claim: PersistentVolumeClaim | undefined,
  condemned: boolean,
): Promise<void> {
  if (claim === undefined) return;
  const ownerReferences = claimOwners(set, pod, claim, condemned);
  if (semanticEqual(ownerReferences, claim.metadata?.ownerReferences)) return;
  const claims = client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(claim.metadata?.namespace ?? "");
  await claims.update({ ...claim, metadata: { ...claim.metadata, ownerReferences } });
}
