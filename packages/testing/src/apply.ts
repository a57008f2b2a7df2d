import type { KubernetesObject } from "@pinnace/apimachinery";
import type { Cluster } from "@pinnace/cluster";
import { objectsOf, typeOf } from "./manifests.ts";

const FIELD_MANAGER = "testing";

/** Applies manifests one after the other, in their order. */
export async function applyTo(
  { client, apiServer }: Pick<Cluster, "client" | "apiServer">,
  manifests: string | KubernetesObject | readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const applied: KubernetesObject[] = [];
  for (const object of objectsOf(manifests)) {
    const type = typeOf(object, apiServer.definitions);
    const { name = "", namespace = "default" } = object.metadata ?? {};
    const all = client.resource(type);
    const resource = type.namespaced ? all.namespace(namespace) : all;
    const patch = { type: "apply", body: object } as const;
    applied.push(await resource.patch(name, patch, { fieldManager: FIELD_MANAGER, force: true }));
  }
  return applied;
}
