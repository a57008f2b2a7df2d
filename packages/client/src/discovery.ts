import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client } from "./client.ts";

const ACCEPT =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/** A resource that the server serves. */
export interface DiscoveredResource extends ResourceType<KubernetesObject> {
  readonly verbs: readonly string[];
}

export interface Discovery {
  /** Each resource once per group, at the version that the server prefers. */
  readonly resources: readonly DiscoveredResource[];
  /** `group/version` of what the server could not reach (aggregated APIs). */
  readonly failed: readonly string[];
}

interface GroupDiscovery {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly responseKind?: { readonly kind?: string };
      readonly scope: string;
      readonly verbs?: readonly string[];
    }[];
  }[];
}

/** Asks the server for all its resources, in two requests (aggregated discovery, KEP-3352). */
export async function discover(client: Client): Promise<Discovery> {
  const lists = await Promise.all(["/api", "/apis"].map((path) => groupsAt(client, path)));
  const resources = new Map<string, DiscoveredResource>();
  const failed: string[] = [];
  for (const { metadata, versions = [] } of lists.flat()) {
    const group = metadata?.name ?? "";
    for (const { version, freshness, resources: served = [] } of versions) {
      if (freshness === "Stale") failed.push(`${group}/${version}`);
      for (const { resource, responseKind, scope, verbs = [] } of served) {
        const key = `${group}/${resource}`;
        if (resources.has(key)) continue;
        const kind = responseKind?.kind ?? "";
        resources.set(key, { group, version, resource, kind, namespaced: scope === "Namespaced", verbs });
      }
    }
  }
  return { resources: [...resources.values()], failed };
}

async function groupsAt(client: Client, path: string): Promise<readonly GroupDiscovery[]> {
  const { object } = await client.raw({ path, headers: { accept: ACCEPT } });
  return (object as { readonly items?: readonly GroupDiscovery[] }).items ?? [];
}
