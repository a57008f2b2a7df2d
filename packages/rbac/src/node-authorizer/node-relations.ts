import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Informer, InformerFactory } from "@pinnace/client";
import { type PodObject, podReferences, type VolumeObject, volumeSecrets } from "./pod-references.ts";

/** Kinds of objects whose use by a node's pods opens them to the node. */
export type RelatedKind =
  | "secret"
  | "configmap"
  | "pod"
  | "persistentvolumeclaim"
  | "persistentvolume"
  | "volumeattachment"
  | "serviceaccount"
  | "resourceclaim"
  | "resourceslice";

/** Tells whether a node needs an object for the pods bound to it. */
export interface NodeRelations {
  /** Resolves once the relations can be read. */
  ready(): Promise<void>;
  isRelated(node: string, kind: RelatedKind, namespace: string, name: string): boolean;
}

interface NodeBound extends KubernetesObject {
  readonly spec?: { readonly nodeName?: string };
}

const core = <T extends KubernetesObject>(resource: string, kind: string, namespaced: boolean): ResourceType<T> => ({
  group: "",
  version: "v1",
  resource,
  kind,
  namespaced,
});
const PODS: ResourceType<PodObject> = core("pods", "Pod", true);
const VOLUMES: ResourceType<VolumeObject> = core("persistentvolumes", "PersistentVolume", false);
const ATTACHMENTS: ResourceType<NodeBound> = {
  group: "storage.k8s.io",
  version: "v1",
  resource: "volumeattachments",
  kind: "VolumeAttachment",
  namespaced: false,
};
const SLICES: ResourceType<NodeBound> = {
  group: "resource.k8s.io",
  version: "v1",
  resource: "resourceslices",
  kind: "ResourceSlice",
  namespaced: false,
};

const BY_NODE = "node-name";
const BY_CLAIM = "claim";

/** Relations from informers, which start at the first call of `ready()`. */
export function createNodeRelations(informers: () => InformerFactory): NodeRelations {
  let started: Informers | undefined;
  const start = (): Informers => {
    started ??= startInformers(informers());
    return started;
  };
  return {
    async ready() {
      for (const informer of Object.values(start()) as readonly Informer<KubernetesObject>[])
        if (!informer.synced) await informer.whenSynced();
    },
    isRelated: (node, kind, namespace, name) => isRelated(start(), node, kind, namespace, name),
  };
}

interface Informers {
  readonly pods: Informer<PodObject>;
  readonly volumes: Informer<VolumeObject>;
  readonly attachments: Informer<NodeBound>;
  readonly slices: Informer<NodeBound>;
}

function startInformers(factory: InformerFactory): Informers {
  const byClaim = ({ spec }: VolumeObject): readonly string[] =>
    spec?.claimRef === undefined ? [] : [`${spec.claimRef.namespace}/${spec.claimRef.name}`];
  return {
    pods: factory.informer(PODS, { indexes: { [BY_NODE]: ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []) } }),
    volumes: factory.informer(VOLUMES, { indexes: { [BY_CLAIM]: byClaim } }),
    attachments: factory.informer(ATTACHMENTS),
    slices: factory.informer(SLICES),
  };
}

function isRelated(all: Informers, node: string, kind: RelatedKind, namespace: string, name: string): boolean {
  if (kind === "volumeattachment") return all.attachments.lister.get(name)?.spec?.nodeName === node;
  if (kind === "resourceslice") return all.slices.lister.get(name)?.spec?.nodeName === node;
  if (kind === "pod") return all.pods.lister.get(`${namespace}/${name}`)?.spec?.nodeName === node;
  const pods = all.pods.lister.byIndex(BY_NODE, node);
  if (kind === "persistentvolume") return usesVolume(all, pods, name);
  const inNamespace = pods.filter((pod) => pod.metadata?.namespace === namespace);
  if (inNamespace.some((pod) => podReferences(pod)[kind].has(name))) return true;
  return kind === "secret" && volumesOf(all, pods).some((volume) => volumeSecrets(volume).has(`${namespace}/${name}`));
}

function usesVolume(all: Informers, pods: readonly PodObject[], name: string): boolean {
  const claim = all.volumes.lister.get(name)?.spec?.claimRef;
  if (claim === undefined) return false;
  return pods.some(
    (pod) =>
      pod.metadata?.namespace === claim.namespace && podReferences(pod).persistentvolumeclaim.has(claim.name ?? ""),
  );
}

function volumesOf(all: Informers, pods: readonly PodObject[]): readonly VolumeObject[] {
  return pods.flatMap((pod) =>
    [...podReferences(pod).persistentvolumeclaim].flatMap((claim) =>
      all.volumes.lister.byIndex(BY_CLAIM, `${pod.metadata?.namespace}/${claim}`),
    ),
  );
}
