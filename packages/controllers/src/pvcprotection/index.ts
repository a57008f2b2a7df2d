import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, type Pod } from "@pinnace/api";
import { objectKey } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { protect } from "./protect.ts";

const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER = "kubernetes.io/pv-protection";

/** Keeps claims from going while a pod on a node uses them. */
export const pvcProtectionController: ControllerFactory = {
  name: "persistentvolumeclaim-protection-controller",
  serviceAccount: "pvc-protection-controller",
  create: ({ client, informers }) => {
    const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    const pods = informers.informer(PODS, { indexes: { claim: claimKeys } });
    return {
      watches: [
        watchOf(claims, ({ type, object }) => (type === "delete" ? [] : [objectKey(object)])),
        watchOf(pods, ({ type, object }) => (type === "delete" || isFinished(object) ? claimKeys(object) : [])),
      ],
      reconcile: async (key) => {
        const claim = claims.lister.get(key);
        if (claim === undefined) return undefined;
        const resource = client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(claim.metadata?.namespace ?? "");
        // A pod that no node has started yet must wait for another claim; it does not hold this one.
        const inUse = pods.lister.byIndex("claim", key).some((pod) => Boolean(pod.spec?.nodeName));
        await protect(resource, claim, CLAIM_FINALIZER, inUse);
        return undefined;
      },
    };
  },
};

/** Keeps volumes from going while they are bound. */
export const pvProtectionController: ControllerFactory = {
  name: "persistentvolume-protection-controller",
  serviceAccount: "pv-protection-controller",
  create: ({ client, informers }) => {
    const volumes = informers.informer(PERSISTENT_VOLUMES);
    return {
      watches: [watchOf(volumes, ({ type, object }) => (type === "delete" ? [] : [objectKey(object)]))],
      reconcile: async (name) => {
        const volume = volumes.lister.get(name);
        if (volume === undefined) return undefined;
        const inUse = volume.status?.phase === "Bound";
        await protect(client.resource(PERSISTENT_VOLUMES), volume, VOLUME_FINALIZER, inUse);
        return undefined;
      },
    };
  },
};

/** Keys of the claims that a pod names, those of its ephemeral volumes included. */
function claimKeys({ metadata, spec }: Pod): readonly string[] {
  const keys: string[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec?.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) keys.push(`${metadata?.namespace}/${persistentVolumeClaim.claimName}`);
    else if (ephemeral !== undefined) keys.push(`${metadata?.namespace}/${metadata?.name}-${name}`);
  }
  return keys;
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
