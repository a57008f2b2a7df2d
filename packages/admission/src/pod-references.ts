import type { Draft } from "@pinnace/apimachinery";

const SECRET_REF_VOLUMES = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"];

/** All containers of a pod: init, regular and ephemeral. */
function allContainers(spec: Draft): readonly Draft[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** Whether a pod refers to any Secret: by pull secret, environment or volume. */
export function refersToSecrets(spec: Draft): boolean {
  if (spec.imagePullSecrets?.length) return true;
  for (const container of allContainers(spec)) {
    if (container.env?.some((variable: Draft) => variable.valueFrom?.secretKeyRef)) return true;
    if (container.envFrom?.some((source: Draft) => source.secretRef)) return true;
  }
  return spec.volumes?.some(volumeRefersToSecrets) ?? false;
}

function volumeRefersToSecrets(volume: Draft): boolean {
  if (volume.secret || volume.azureFile?.secretName || volume.csi?.nodePublishSecretRef) return true;
  if (SECRET_REF_VOLUMES.some((member) => volume[member]?.secretRef)) return true;
  return volume.projected?.sources?.some((source: Draft) => source.secret) ?? false;
}

/** Whether a pod refers to any ConfigMap: by environment or volume. */
export function refersToConfigMaps(spec: Draft): boolean {
  for (const container of allContainers(spec)) {
    if (container.env?.some((variable: Draft) => variable.valueFrom?.configMapKeyRef)) return true;
    if (container.envFrom?.some((source: Draft) => source.configMapRef)) return true;
  }
  const projects = (volume: Draft): boolean => volume.projected?.sources?.some((source: Draft) => source.configMap);
  return spec.volumes?.some((volume: Draft) => volume.configMap || projects(volume)) ?? false;
}
