import type { Scale } from "@pinnace/api";
import { hasReason, parseApiVersion } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";

/** What a HorizontalPodAutoscaler points at. */
interface ScaleTargetReference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly name: string;
}

/** A target's `scale` subresource, and how to write it back. */
export interface FoundScale {
  readonly scale: Scale;
  update(replicas: number): Promise<void>;
}

/** Reads the scale of a target of any kind, custom ones included. Rejects with what the conditions are to say. */
export async function readScale(
  client: Client,
  namespace: string,
  { apiVersion = "v1", kind, name }: ScaleTargetReference,
): Promise<FoundScale> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource = await resourceOf(client, root, kind, parseApiVersion(apiVersion).group);
  const path = `${root}/namespaces/${namespace}/${resource}/${name}/scale`;
  const scale = (await client.raw({ path })).object as Scale;
  return {
    scale,
    update: async (replicas) => {
      await client.raw({ method: "PUT", path, body: { ...scale, spec: { ...scale.spec, replicas } } });
    },
  };
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string }[];
}

async function resourceOf(client: Client, root: string, kind: string, group: string): Promise<string> {
  const found = (await served(client, root)).resources?.find(
    (entry) => entry.kind === kind && !entry.name.includes("/"),
  );
  if (found === undefined) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
  return found.name;
}

async function served(client: Client, root: string): Promise<ResourceList> {
  try {
    return (await client.raw({ path: root })).object as ResourceList;
  } catch (error) {
    if (!hasReason(error, "NotFound")) throw error;
    return {};
  }
}
