import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolumeClaim,
  type Pod,
  STORAGE_CLASSES,
  type StorageClass,
} from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { ClusterReader } from "@pinnace/scheduler-framework";
import type { Supposition } from "./supposing-reader.ts";

/** A claim as a template says it, of a StatefulSet or an ephemeral volume. */
export interface ClaimTemplate {
  readonly metadata?: { readonly name?: string };
  readonly spec?: PersistentVolumeClaim["spec"];
}

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const NO_PROVISIONER = "kubernetes.io/no-provisioner";

/**
 * The claims that would be made for a pod and are not there yet: of its StatefulSet (`volumeClaimTemplates` by the name of
 * the claim) and of its ephemeral volumes. One whose class does not wait for the first consumer is thought to have a volume
 * that every node can reach, where somebody would provision one.
 */
export function supposedClaims(
  pod: Pod,
  templates: ReadonlyMap<string, ClaimTemplate>,
  reader: ClusterReader,
): readonly Supposition[] {
  const { namespace = "", name: podName = "", uid = "" } = pod.metadata ?? {};
  const owner = [{ apiVersion: "v1", kind: "Pod", name: podName, uid, controller: true }];
  const wanted = [
    ...[...templates].map(([name, template]) => ({ name, template, ownerReferences: undefined })),
    ...(pod.spec?.volumes ?? []).flatMap(({ name, ephemeral }) => {
      const template = ephemeral?.volumeClaimTemplate as ClaimTemplate | undefined;
      return template === undefined ? [] : [{ name: `${podName}-${name}`, template, ownerReferences: owner }];
    }),
  ];
  return wanted.flatMap(({ name, template, ownerReferences }) => {
    if (reader.get(PERSISTENT_VOLUME_CLAIMS, `${namespace}/${name}`) !== undefined) return [];
    const metadata = { name, namespace, uid: `what-if-${name}`, ...(ownerReferences && { ownerReferences }) };
    return supposed({ metadata, spec: template.spec } as unknown as PersistentVolumeClaim, reader);
  });
}

function supposed(claim: PersistentVolumeClaim, reader: ClusterReader): readonly Supposition[] {
  const storageClass = classOf(claim, reader);
  const { name = "" } = storageClass?.metadata ?? {};
  const spec = { ...claim.spec, ...(storageClass === undefined ? {} : { storageClassName: name }) };
  const isDelayed = storageClass?.volumeBindingMode === "WaitForFirstConsumer";
  const provisioner = storageClass?.provisioner ?? NO_PROVISIONER;
  if (isDelayed || claim.spec?.volumeName || provisioner === NO_PROVISIONER) {
    return [{ type: PERSISTENT_VOLUME_CLAIMS as ResourceType, object: { ...claim, spec } as KubernetesObject }];
  }
  const volumeName = `what-if-${claim.metadata?.namespace}-${claim.metadata?.name}`;
  const metadata = { ...claim.metadata, annotations: { [BIND_COMPLETED]: "yes" } };
  const csi = { driver: provisioner, volumeHandle: volumeName };
  const volume = { metadata: { name: volumeName }, spec: { ...spec, csi }, status: { phase: "Bound" } };
  return [
    {
      type: PERSISTENT_VOLUME_CLAIMS as ResourceType,
      object: { metadata, spec: { ...spec, volumeName } } as KubernetesObject,
    },
    { type: PERSISTENT_VOLUMES as ResourceType, object: volume as KubernetesObject },
  ];
}

/** The class that a claim names; the newest default one when it names none. */
function classOf({ spec }: PersistentVolumeClaim, reader: ClusterReader): StorageClass | undefined {
  if (spec?.storageClassName !== undefined) return reader.get(STORAGE_CLASSES, spec.storageClassName);
  const created = ({ metadata }: StorageClass): string => metadata?.creationTimestamp ?? "";
  return reader
    .list(STORAGE_CLASSES)
    .filter(({ metadata }) => metadata?.annotations?.[DEFAULT_CLASS] === "true")
    .sort((a, b) => (created(a) < created(b) ? 1 : -1))[0];
}
