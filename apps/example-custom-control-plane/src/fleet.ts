import { PODS, type Pod } from "@pinnace/api";
import { hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";

/** A kind of this control plane alone: as many pods as there are boats. */
interface Fleet extends KubernetesObject {
  readonly spec: { readonly boats: readonly string[] };
}

export const FLEETS: ResourceType<Fleet> = {
  ...{ group: "boats.example", version: "v1", resource: "fleets", kind: "Fleet", namespaced: true },
};

const schema = {
  type: "object",
  properties: {
    spec: { type: "object", required: ["boats"], properties: { boats: { type: "array", items: { type: "string" } } } },
  },
};

export const fleetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "fleets.boats.example" },
  spec: {
    ...{ group: FLEETS.group, scope: "Namespaced", names: { plural: "fleets", singular: "fleet", kind: "Fleet" } },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
} as KubernetesObject;

/** Makes a pod for each boat. */
export const fleetController: ControllerFactory = {
  name: "fleet-controller",
  create: ({ client, informers }) => {
    const fleets = informers.informer(FLEETS);
    return {
      watches: [watchOf(fleets)],
      reconcile: async (key) => {
        const fleet = fleets.lister.get(key);
        for (const boat of fleet?.spec.boats ?? []) {
          const spec = { containers: [{ name: "boat", image: "boat:1" }] };
          const pods = client.resource(PODS).namespace(fleet?.metadata?.namespace ?? "");
          await pods.create({ metadata: { name: boat }, spec } as Pod).catch((error: unknown) => {
            if (!hasReason(error, "AlreadyExists")) throw error;
          });
        }
        return undefined;
      },
    };
  },
};
