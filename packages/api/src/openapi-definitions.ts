import type { Json } from "@pinnace/apimachinery";
import { definitionNameOfType, groupOfPackage } from "./definition-names.ts";
import { valueDefinitionNames } from "./schemas.ts";
import { type TypeEntry, typeEntry, typeNames, typePackages } from "./type-table.ts";

/** Only fields of this package are published, the type itself is not. */
const unpublishedValues: ReadonlySet<string> = new Set(["io.k8s.apimachinery.pkg.apis.meta.v1.Duration"]);

/** The names of all built-in definitions that OpenAPI publishes when every version is served. */
export function allDefinitionNames(): readonly string[] {
  const names = valueDefinitionNames().filter((name) => !unpublishedValues.has(name));
  for (const packageName of typePackages())
    for (const name of typeNames(packageName)) {
      const id = `${packageName}.${name}`;
      if (typeEntry(id)?.published) names.push(definitionNameOfType(id));
    }
  return names;
}

/**
 * Group versions that register the kinds which every group has (DeleteOptions, WatchEvent), the unserved older ones
 * included.
 */
const registeredVersions: Readonly<Record<string, readonly string[]>> = {
  "": ["v1"],
  "admission.k8s.io": ["v1", "v1beta1"],
  "admissionregistration.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  "apiextensions.k8s.io": ["v1", "v1beta1"],
  "apiregistration.k8s.io": ["v1", "v1beta1"],
  apps: ["v1", "v1beta1", "v1beta2"],
  "authentication.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  "authorization.k8s.io": ["v1", "v1beta1"],
  autoscaling: ["v1", "v2"],
  batch: ["v1", "v1beta1"],
  "certificates.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  "coordination.k8s.io": ["v1", "v1alpha2", "v1beta1"],
  "discovery.k8s.io": ["v1", "v1beta1"],
  "events.k8s.io": ["v1", "v1beta1"],
  extensions: ["v1beta1"],
  "flowcontrol.apiserver.k8s.io": ["v1", "v1beta1", "v1beta2", "v1beta3"],
  "imagepolicy.k8s.io": ["v1alpha1"],
  "internal.apiserver.k8s.io": ["v1alpha1"],
  "networking.k8s.io": ["v1", "v1beta1"],
  "node.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  policy: ["v1", "v1beta1"],
  "rbac.authorization.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  "resource.k8s.io": ["v1", "v1alpha3", "v1beta1", "v1beta2"],
  "scheduling.k8s.io": ["v1", "v1alpha2", "v1beta1"],
  "storage.k8s.io": ["v1", "v1alpha1", "v1beta1"],
  "storagemigration.k8s.io": ["v1beta1"],
};

const everyGroup: ReadonlySet<string> = new Set(["meta/v1.DeleteOptions", "meta/v1.WatchEvent"]);

/**
 * `x-kubernetes-group-version-kind` of a kind's definition. `group`, when given, limits the kinds that every group has to
 * the core group and that one, as the documents of OpenAPI v3 do.
 */
export function groupVersionKinds(entry: TypeEntry, group?: { group: string; version: string }): Json {
  const kind = entry.name;
  if (!everyGroup.has(entry.id))
    return [{ group: groupOfPackage(entry.package), kind, version: entry.package.split("/")[1] ?? "" }];
  if (group !== undefined) {
    const own = group.group === "" ? [] : [{ group: group.group, kind, version: group.version }];
    return [{ group: "", kind, version: "v1" }, ...own];
  }
  return Object.entries(registeredVersions).flatMap(([name, versions]) =>
    versions.map((version) => ({ group: name, kind, version })),
  );
}
