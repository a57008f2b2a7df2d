import type { HandledSubresource, ResourceDefinition, StoredSubresource } from "@pinnace/apimachinery";
import { isCustom } from "../custom.ts";
import type { ServedApis } from "./served-apis.ts";

/** Discovery of whole groups in one document (KEP-3352). `version` is `v2` or `v2beta1`. */
export function aggregatedDiscovery(served: ServedApis, core: boolean, version: string): object {
  const groups = served.groups().filter(({ group }) => (group === "") === core);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === "" ? {} : { name: group },
      versions: versions.map((each) => versionDiscovery(served, group, each)),
    })),
  };
}

function versionDiscovery(served: ServedApis, group: string, version: string): object {
  const elsewhere = served.extension(group, version);
  if (elsewhere !== undefined)
    return { version, resources: elsewhere.resources, freshness: elsewhere.fresh ? "Current" : "Stale" };
  const resources = served.registry.resources(group, version).map(resourceDiscovery);
  return { version, resources, freshness: "Current" };
}

function resourceDiscovery(definition: ResourceDefinition): object {
  const { resource, kind, namespaced, singular, shortNames, categories } = definition;
  const subresources = inOrder(definition);
  return {
    resource,
    responseKind: ownKind(kind),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: isCustom(definition) ? definition.verbs : sortedVerbs(definition.verbs),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : { subresources: subresources.map((each) => subresourceDiscovery(each, definition)) }),
  };
}

/** A kind of the group version itself is written without either. */
function ownKind(kind: string): object {
  return { group: "", version: "", kind };
}

function subresourceDiscovery(
  subresource: StoredSubresource | HandledSubresource,
  definition: ResourceDefinition,
): object {
  const { name, kind } = subresource;
  return {
    subresource: name,
    responseKind: kind === undefined || isOwn(kind, definition) ? ownKind(kind?.kind ?? definition.kind) : kind,
    verbs: sortedVerbs(subresource.verbs),
  };
}

export function isOwn(
  kind: { readonly group: string; readonly version: string },
  definition: ResourceDefinition,
): boolean {
  return kind.group === definition.group && kind.version === definition.version;
}

/** Subresources by name; those of custom resources as they are defined: status, then scale. */
export function inOrder(definition: ResourceDefinition): ResourceDefinition["subresources"] {
  if (isCustom(definition)) return definition.subresources;
  return [...definition.subresources].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function sortedVerbs(verbs: readonly string[]): readonly string[] {
  return [...verbs].sort();
}
