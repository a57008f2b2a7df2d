import {
  type Node,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  STORAGE_CLASSES,
} from "@pinnace/api";
import { labelMatcher } from "@pinnace/apimachinery";
import { type ClusterReader, unitsOf } from "@pinnace/scheduler-framework";
import { reaches } from "./pod-volumes.ts";
import { hasEnoughCapacity } from "./storage-capacity.ts";

/** What binding a pod to a node means for its unbound claims. */
export interface Plan {
  readonly matches: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  /** To be made by the provisioner of their class. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** Why there is no plan: neither volume nor class for a claim, or no space where the class makes volumes. */
type Obstacle = "conflict" | "space";

const NO_PROVISIONER = "kubernetes.io/no-provisioner";

/**
 * Finds a volume for every claim, the smallest that will do, or a class that can make one for the node. `taken` are names of
 * volumes that other pods have been promised.
 */
export function planVolumes(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  reader: ClusterReader,
  taken: ReadonlySet<string>,
): Plan | Obstacle {
  const used = new Set(taken);
  const matches: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  for (const claim of [...claims].sort((a, b) => sizeOf(a) - sizeOf(b))) {
    const selected = claim.metadata?.annotations?.["volume.kubernetes.io/selected-node"];
    if (selected !== undefined && selected !== node.metadata?.name) return "conflict";
    const volume = selected === undefined ? bestVolume(claim, node, reader, used) : undefined;
    if (volume !== undefined) {
      used.add(volume.metadata?.name ?? "");
      matches.push({ claim, volume });
    } else provisions.push(claim);
  }
  for (const claim of provisions) {
    if (!canProvision(claim, node, reader)) return "conflict";
    if (!hasEnoughCapacity(claim, node, reader)) return "space";
  }
  return { matches, provisions };
}

const sizeOf = ({ spec }: PersistentVolumeClaim): number => unitsOf(spec?.resources?.requests?.storage ?? "0");
const capacityOf = ({ spec }: PersistentVolume): number => unitsOf(spec?.capacity?.storage ?? "0");

function bestVolume(
  claim: PersistentVolumeClaim,
  node: Node,
  reader: ClusterReader,
  used: ReadonlySet<string>,
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of reader.list(PERSISTENT_VOLUMES)) {
    if (used.has(volume.metadata?.name ?? "") || !reaches(node, volume) || !suits(volume, claim)) continue;
    if (isPromised(volume, claim)) return volume;
    if (volume.spec?.claimRef === undefined && (best === undefined || capacityOf(volume) < capacityOf(best))) {
      best = volume;
    }
  }
  return best;
}

function isPromised({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { namespace, name, uid } = spec?.claimRef ?? {};
  return namespace === metadata?.namespace && name === metadata?.name && (uid === undefined || uid === metadata?.uid);
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec, metadata, status } = volume;
  const wanted = claim.spec;
  if (metadata?.deletionTimestamp !== undefined) return false;
  if (status?.phase !== undefined && status.phase !== "Available" && !isPromised(volume, claim)) return false;
  if ((spec?.storageClassName ?? "") !== (wanted?.storageClassName ?? "")) return false;
  if ((spec?.volumeMode ?? "Filesystem") !== (wanted?.volumeMode ?? "Filesystem")) return false;
  if ((spec?.volumeAttributesClassName ?? "") !== (wanted?.volumeAttributesClassName ?? "")) return false;
  if (!(wanted?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))) return false;
  if (capacityOf(volume) < sizeOf(claim)) return false;
  if (wanted?.selector === undefined) return true;
  const matcher = labelMatcher(wanted.selector as Parameters<typeof labelMatcher>[0]);
  return matcher.matches(metadata?.labels as Readonly<Record<string, string>> | undefined);
}

/** Whether the claim's class has a provisioner, and allows it to make volumes where the node is. */
function canProvision({ spec }: PersistentVolumeClaim, node: Node, reader: ClusterReader): boolean {
  const storageClass = reader.get(STORAGE_CLASSES, spec?.storageClassName ?? "");
  if (storageClass === undefined || !storageClass.provisioner || storageClass.provisioner === NO_PROVISIONER)
    return false;
  const topologies = storageClass.allowedTopologies ?? [];
  const labels = node.metadata?.labels ?? {};
  return (
    topologies.length === 0 ||
    topologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? "")),
    )
  );
}
