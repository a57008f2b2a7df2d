import type { PersistentVolume, PersistentVolumeClaim } from "@pinnace/api";
import { labelMatcher, parseQuantity, type Quantity } from "@pinnace/apimachinery";

/** Whether the volume's claimRef names this claim (with its uid, where it has one). */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  if (reference === undefined) return false;
  if (reference.namespace !== claim.metadata?.namespace || reference.name !== claim.metadata?.name) return false;
  return !reference.uid || reference.uid === claim.metadata?.uid;
}

/** The smallest free volume that the claim can have; one that was reserved for the claim goes first. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  const reserved = volumes.find((volume) => isBoundTo(volume, claim) && mismatch(claim, volume) === undefined);
  if (reserved !== undefined) return reserved;
  const selector = claim.spec?.selector === undefined ? undefined : labelMatcher(claim.spec.selector);
  return volumes
    .filter(({ spec, status, metadata }) => {
      if (spec?.claimRef !== undefined || metadata?.deletionTimestamp !== undefined) return false;
      if (status?.phase !== "Available") return false;
      return selector === undefined || selector.matches(metadata?.labels ?? {});
    })
    .filter((volume) => mismatch(claim, volume) === undefined)
    .sort((a, b) => capacityOf(a).compare(capacityOf(b)) || (nameOf(a) < nameOf(b) ? -1 : 1))[0];
}

/** Why the claim cannot have the volume, in upstream's words; undefined when it can. */
export function mismatch(claim: PersistentVolumeClaim, volume: PersistentVolume): string | undefined {
  const requested = parseQuantity(claim.spec?.resources?.requests?.storage ?? "0");
  if (capacityOf(volume).compare(requested) < 0) return "requested PV is too small";
  if ((volume.spec?.storageClassName ?? "") !== classOf(claim)) return "storageClassName does not match";
  if ((volume.spec?.volumeMode ?? "Filesystem") !== (claim.spec?.volumeMode ?? "Filesystem"))
    return "incompatible volumeMode";
  const modes = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode)) ? undefined : "incompatible accessMode";
}

export function classOf({ spec }: PersistentVolumeClaim): string {
  return spec?.storageClassName ?? "";
}

export function nameOf({ metadata }: { readonly metadata?: { readonly name?: string } }): string {
  return metadata?.name ?? "";
}

function capacityOf({ spec }: PersistentVolume): Quantity {
  return parseQuantity(spec?.capacity?.storage ?? "0");
}
