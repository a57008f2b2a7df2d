import type { Draft, KubernetesObject } from "@pinnace/apimachinery";

/** The parts of a Pod that refer to other objects; deeper parts are read by name. */
export interface PodObject extends KubernetesObject {
  readonly spec?: Readonly<Record<string, Draft>> & { readonly nodeName?: string };
  readonly status?: { readonly resourceClaimStatuses?: readonly { readonly resourceClaimName?: string }[] };
}

/** The parts of a PersistentVolume that say whose it is and which secrets it needs. */
export interface VolumeObject extends KubernetesObject {
  readonly spec?: Readonly<Record<string, Draft>> & {
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
  };
}

/** Names in the pod's namespace, by kind. */
interface PodReferences {
  readonly secret: ReadonlySet<string>;
  readonly configmap: ReadonlySet<string>;
  readonly persistentvolumeclaim: ReadonlySet<string>;
  readonly serviceaccount: ReadonlySet<string>;
  readonly resourceclaim: ReadonlySet<string>;
}

const MIRROR = "kubernetes.io/config.mirror";
const NONE: ReadonlySet<string> = new Set();
const remembered = new WeakMap<PodObject, PodReferences>();

/** What a pod refers to. Mirror pods count for nothing: the node itself made them up. Pods are frozen, so it is remembered. */
export function podReferences(pod: PodObject): PodReferences {
  const known = remembered.get(pod);
  if (known !== undefined) return known;
  const references = pod.metadata?.annotations?.[MIRROR] === undefined ? collect(pod) : EMPTY;
  remembered.set(pod, references);
  return references;
}

const EMPTY: PodReferences = {
  secret: NONE,
  configmap: NONE,
  persistentvolumeclaim: NONE,
  serviceaccount: NONE,
  resourceclaim: NONE,
};

function collect(pod: PodObject): PodReferences {
  const spec: Draft = pod.spec ?? {};
  const names = { secret: new Set<string>(), configmap: new Set<string>(), persistentvolumeclaim: new Set<string>() };
  for (const secret of spec.imagePullSecrets ?? []) names.secret.add(secret.name);
  for (const list of [spec.containers, spec.initContainers, spec.ephemeralContainers])
    for (const container of list ?? []) collectEnv(container, names);
  for (const volume of spec.volumes ?? []) collectVolume(volume, pod.metadata?.name ?? "", names);
  const claims = [
    ...(spec.resourceClaims ?? []).map((claim: Draft) => claim.resourceClaimName),
    ...(pod.status?.resourceClaimStatuses ?? []).map((claim) => claim.resourceClaimName),
  ];
  return {
    ...names,
    serviceaccount: new Set(spec.serviceAccountName ? [spec.serviceAccountName] : []),
    resourceclaim: new Set(claims.filter((name) => name !== undefined)),
  };
}

interface Names {
  readonly secret: Set<string>;
  readonly configmap: Set<string>;
  readonly persistentvolumeclaim: Set<string>;
}

function collectEnv(container: Draft, names: Names): void {
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.secretKeyRef) names.secret.add(valueFrom.secretKeyRef.name);
    if (valueFrom?.configMapKeyRef) names.configmap.add(valueFrom.configMapKeyRef.name);
  }
  for (const source of container.envFrom ?? []) {
    if (source.secretRef) names.secret.add(source.secretRef.name);
    if (source.configMapRef) names.configmap.add(source.configMapRef.name);
  }
}

/** Members of a volume that name a secret: `{ secretRef: { name } }` in most, other names in some. */
const SECRET_REFS = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"];

function collectVolume(volume: Draft, podName: string, names: Names): void {
  if (volume.secret?.secretName) names.secret.add(volume.secret.secretName);
  if (volume.configMap?.name) names.configmap.add(volume.configMap.name);
  if (volume.persistentVolumeClaim) names.persistentvolumeclaim.add(volume.persistentVolumeClaim.claimName);
  if (volume.ephemeral) names.persistentvolumeclaim.add(`${podName}-${volume.name}`);
  if (volume.azureFile?.secretName) names.secret.add(volume.azureFile.secretName);
  if (volume.csi?.nodePublishSecretRef) names.secret.add(volume.csi.nodePublishSecretRef.name);
  for (const member of SECRET_REFS) if (volume[member]?.secretRef) names.secret.add(volume[member].secretRef.name);
  for (const source of volume.projected?.sources ?? []) {
    if (source.secret?.name) names.secret.add(source.secret.name);
    if (source.configMap?.name) names.configmap.add(source.configMap.name);
  }
}

const CSI_SECRETS = ["controllerPublishSecretRef", "nodeExpandSecretRef", "nodePublishSecretRef", "nodeStageSecretRef"];

/** `namespace/name` of the secrets that a PersistentVolume needs; without a namespace, in its claim's. */
export function volumeSecrets(volume: VolumeObject): ReadonlySet<string> {
  const spec: Draft = volume.spec ?? {};
  const refs = [
    ...SECRET_REFS.map((member) => spec[member]?.secretRef),
    ...CSI_SECRETS.map((member) => spec.csi?.[member]),
    spec.azureFile && { name: spec.azureFile.secretName, namespace: spec.azureFile.secretNamespace },
  ];
  const keys = new Set<string>();
  for (const ref of refs) if (ref?.name) keys.add(`${ref.namespace || spec.claimRef?.namespace}/${ref.name}`);
  return keys;
}
