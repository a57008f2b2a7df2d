import { PERSISTENT_VOLUME_CLAIMS, type PersistentVolumeClaim, PODS, type Pod, type Volume } from "@pinnace/api";
import { hasReason, objectKey } from "@pinnace/apimachinery";
import {
  type ControllerFactory,
  controllerKey,
  controllerReference,
  isControlledBy,
  isTerminating,
  watchOf,
} from "@pinnace/controller-runtime";
import { messageOf } from "@pinnace/errors";

/** Makes the claims of pods' ephemeral volumes; they go with their pods (KEP-1698). */
export const ephemeralVolumeController: ControllerFactory = {
  name: "ephemeral-volume-controller",
  eventSource: "ephemeral_volume",
  create: ({ client, informers, events }) => {
    const pods = informers.informer(PODS);
    const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);

    const ensure = async (pod: Pod, volume: Volume): Promise<void> => {
      const { namespace = "", name } = pod.metadata ?? {};
      const draft = claimFor(pod, volume);
      const present = claims.lister.get(`${namespace}/${draft.metadata?.name}`);
      if (present !== undefined && isControlledBy(present, pod)) return;
      try {
        if (present !== undefined)
          throw new Error(
            `PVC ${namespace}/${draft.metadata?.name} was not created for pod ${namespace}/${name} (pod is not owner)`,
          );
        await client.resource(PERSISTENT_VOLUME_CLAIMS).namespace(namespace).create(draft);
      } catch (error) {
        if (hasReason(error, "AlreadyExists")) return;
        events.event(pod, "Warning", "FailedBinding", `ephemeral volume ${volume.name}: ${messageOf(error)}`);
        throw error;
      }
    };

    return {
      concurrency: 5,
      watches: [
        watchOf(pods, ({ type, object }) => (type !== "delete" && hasEphemeral(object) ? [objectKey(object)] : [])),
        watchOf(claims, ({ type, object }) => {
          const key = type === "delete" ? controllerKey(object, PODS) : undefined;
          return key === undefined ? [] : [key];
        }),
      ],
      reconcile: async (key) => {
        const pod = pods.lister.get(key);
        if (pod === undefined || isTerminating(pod)) return undefined;
        for (const volume of pod.spec?.volumes ?? []) if (volume.ephemeral !== undefined) await ensure(pod, volume);
        return undefined;
      },
    };
  },
};

function claimFor(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim {
  const { metadata, spec } = ephemeral?.volumeClaimTemplate ?? {};
  return {
    metadata: {
      name: `${pod.metadata?.name}-${name}`,
      namespace: pod.metadata?.namespace ?? "",
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [controllerReference(pod, PODS)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

function hasEphemeral({ spec }: Pod): boolean {
  return (spec?.volumes ?? []).some(({ ephemeral }) => ephemeral !== undefined);
}
