import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { Client } from "./client.ts";

/** A resource that the server serves. */
export interface DiscoveredResource extends ResourceType<KubernetesObject> {
  readonly verbs: readonly string[];
}

export interface Discovery {
  /** Each resource once per group, at the version that the server prefers. */
  readonly resources: readonly DiscoveredResource[];
  /** `group/version` of what could not be asked for, such as an aggregated API whose server is down. */
  readonly failed: readonly string[];
}

interface GroupList {
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Asks the server for all its resources: one request for the groups and one for each version of each group. */
export async function discover(client: Client): Promise<Discovery> {
  const groups = await read<GroupList>(client, "/apis");
  const versions: GroupVersion[] = [{ group: "", version: "v1" }];
  for (const { name, versions: served, preferredVersion } of groups.groups ?? []) {
    const names = new Set([preferredVersion?.version, ...served.map(({ version }) => version)]);
    for (const version of names) if (version !== undefined) versions.push({ group: name, version });
  }
  const lists = await Promise.allSettled(versions.map((version) => resourcesOf(client, version)));
  const resources = new Map<string, DiscoveredResource>();
  const failed: string[] = [];
  for (const [index, list] of lists.entries()) {
    const { group, version } = versions[index]!;
    if (list.status === "rejected") failed.push(`${group}/${version}`);
    else for (const resource of list.value) if (!resources.has(key(resource))) resources.set(key(resource), resource);
  }
  return { resources: [...resources.values()], failed };
}

async function resourcesOf(client: Client, { group, version }: GroupVersion): Promise<readonly DiscoveredResource[]> {
  const list = await read<ResourceList>(client, group === "" ? `/api/${version}` : `/apis/${group}/${version}`);
  return (list.resources ?? [])
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced, verbs }) => ({ group, version, resource: name, kind, namespaced, verbs }));
}

async function read<T>(client: Client, path: string): Promise<T> {
  return (await client.raw({ path })).object as T;
}

function key({ group, resource }: DiscoveredResource): string {
  return `${group}/${resource}`;
}
