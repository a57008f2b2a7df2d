import type { Draft } from "@pinnace/apimachinery";

/** The resources of an APIResourceList as aggregated discovery (KEP-3352) has them. */
export function discoveredResources({ groupVersion, resources = [] }: Draft): Draft[] {
  const [group, version] = groupVersion.includes("/") ? groupVersion.split("/") : ["", groupVersion];
  const kindOf = (entry: Draft): Draft => ({
    group: entry.group || group,
    version: entry.version || version,
    kind: entry.kind,
  });
  return resources
    .filter(({ name }: Draft) => !name.includes("/"))
    .map((entry: Draft) => {
      const { name, namespaced, singularName = "", verbs, shortNames, categories } = entry;
      const subresources = resources
        .filter((each: Draft) => each.name.startsWith(`${name}/`))
        .map((each: Draft) => ({
          subresource: each.name.slice(name.length + 1),
          responseKind: kindOf(each),
          verbs: each.verbs,
        }));
      return {
        resource: name,
        responseKind: kindOf(entry),
        scope: namespaced ? "Namespaced" : "Cluster",
        singularResource: singularName,
        verbs,
        ...(shortNames ? { shortNames } : {}),
        ...(categories ? { categories } : {}),
        ...(subresources.length === 0 ? {} : { subresources }),
      };
    });
}
