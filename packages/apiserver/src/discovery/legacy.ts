import { apiVersionOf, type ResourceDefinition } from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import type { DefinitionRegistry, GroupVersions } from "../definition-registry.ts";
import { inOrder, isOwn, sortedVerbs } from "./aggregated.ts";
import type { ServedApis } from "./served-apis.ts";

/** `/api` */
export function apiVersions(registry: DefinitionRegistry, address: string): object {
  return {
    kind: "APIVersions",
    versions: registry.versionsOf(""),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
  };
}

/** `/apis` */
export function apiGroupList(served: ServedApis): object {
  const groups = served.groups().filter(({ group }) => group !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupEntry) };
}

/** `/apis/apps` */
export function apiGroup(group: GroupVersions): object {
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) };
}

function groupEntry({ group, versions }: GroupVersions): object {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1`, `/apis/apps/v1` */
export function apiResourceList(registry: DefinitionRegistry, group: string, version: string): object {
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf({ group, version }),
    resources: registry.resources(group, version).flatMap(resourceEntries),
  };
}

function resourceEntries(definition: ResourceDefinition): object[] {
  const { resource, singular, namespaced, kind, shortNames, categories } = definition;
  const subresources = inOrder(definition);
  return [
    {
      name: resource,
      singularName: singular,
      namespaced,
      kind,
      verbs: isCustom(definition) ? definition.verbs : sortedVerbs(definition.verbs),
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      ...(definition.stored ? { storageVersionHash: storageVersionHash(definition) } : {}),
    },
    ...subresources.map((each) => ({
      name: `${resource}/${each.name}`,
      singularName: "",
      namespaced,
      ...(each.kind === undefined || isOwn(each.kind, definition)
        ? {}
        : { group: each.kind.group, version: each.kind.version }),
      kind: each.kind?.kind ?? kind,
      verbs: sortedVerbs(each.verbs),
    })),
  ];
}

const hashes = new WeakMap<ResourceDefinition, string>();

/** Changes when the stored version changes; clients only compare it. */
function storageVersionHash(definition: ResourceDefinition): string {
  let hash = hashes.get(definition);
  if (hash === undefined) {
    hash = hashOf(definition);
    hashes.set(definition, hash);
  }
  return hash;
}

function hashOf({ storageApiVersion, group, kind }: ResourceDefinition): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const text = `${group}/${storageApiVersion}/${kind}`;
  for (let at = 0; at < text.length; at++) {
    low = (low ^ text.charCodeAt(at)) >>> 0;
    // The prime is 2^40 + 0x1b3; no product exceeds what a number holds exactly.
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + ((low << 8) >>> 0)) >>> 0;
    low = product >>> 0;
  }
  const bytes = [high, low].flatMap((word) => [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]);
  return btoa(String.fromCharCode(...bytes));
}
