import {
  type Node,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  STORAGE_CLASSES,
} from "@pinnace/api";
import { type ClusterReader, matchesTerm, podVolumeClaims } from "@pinnace/scheduler-framework";

/** The claims of a pod, by what has to be done about them. */
export interface PodVolumes {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Unbound, of a class that waits for the first consumer. */
  readonly delayed: readonly PersistentVolumeClaim[];
  /** Unbound, to be bound by the PersistentVolume controller. */
  readonly immediate: readonly PersistentVolumeClaim[];
}

const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";

export function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && metadata?.annotations?.[BIND_COMPLETED] !== undefined;
}

/** Sorts the claims; or says what is wrong with one of them. */
export function sortClaims(pod: Pod, reader: ClusterReader): PodVolumes | string {
  const [bound, delayed, immediate]: PersistentVolumeClaim[][] = [[], [], []];
  for (const { name, ephemeral } of podVolumeClaims(pod)) {
    const claim = reader.get(PERSISTENT_VOLUME_CLAIMS, `${pod.metadata?.namespace}/${name}`);
    const problem = problemOf(claim, name, ephemeral, pod);
    if (claim === undefined || problem !== undefined) return problem ?? name;
    if (isBound(claim)) bound!.push(claim);
    else if (!claim.spec?.volumeName && isDelayed(claim, reader)) delayed!.push(claim);
    else immediate!.push(claim);
  }
  return { bound: bound!, delayed: delayed!, immediate: immediate! };
}

function problemOf(
  claim: PersistentVolumeClaim | undefined,
  name: string,
  ephemeral: boolean,
  pod: Pod,
): string | undefined {
  if (claim === undefined) {
    return ephemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : `persistentvolumeclaim "${name}" not found`;
  }
  if (claim.status?.phase === "Lost") {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`;
  }
  if (claim.metadata?.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  const isOwn = (claim.metadata?.ownerReferences ?? []).some(({ uid }) => uid === pod.metadata?.uid);
  return ephemeral && !isOwn
    ? `PVC ${claim.metadata?.namespace}/${name} was not created for pod ${pod.metadata?.namespace}/${pod.metadata?.name} (pod is not owner)`
    : undefined;
}

function isDelayed({ spec }: PersistentVolumeClaim, reader: ClusterReader): boolean {
  if (!spec?.storageClassName) return false;
  return reader.get(STORAGE_CLASSES, spec.storageClassName)?.volumeBindingMode === "WaitForFirstConsumer";
}

/** Whether a node can reach a volume. */
export function reaches(node: Node, volume: PersistentVolume): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(node, term));
}

export const volumeOf = ({ spec }: PersistentVolumeClaim, reader: ClusterReader): PersistentVolume | undefined =>
  reader.get(PERSISTENT_VOLUMES, spec?.volumeName ?? "");
