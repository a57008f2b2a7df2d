import { apiVersionOf } from "@pinnace/apimachinery";

const prefixByPackage: Readonly<Record<string, string>> = {
  "meta/v1": "io.k8s.apimachinery.pkg.apis.meta.v1",
  version: "io.k8s.apimachinery.pkg.version",
  "apiextensions/v1": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  "apiregistration/v1": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
};

const packageByPrefix: ReadonlyMap<string, string> = new Map(
  Object.entries(prefixByPackage).map(([packageName, prefix]) => [prefix, packageName]),
);

/** Groups whose Go package is not the first label of their name. */
const packageFolders: Readonly<Record<string, string>> = {
  "": "core",
  "rbac.authorization.k8s.io": "rbac",
  "flowcontrol.apiserver.k8s.io": "flowcontrol",
  "internal.apiserver.k8s.io": "apiserverinternal",
};

/** Kinds that every group version has; they live in meta/v1. */
const commonKinds: ReadonlySet<string> = new Set([
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "UpdateOptions",
  "WatchEvent",
]);

const coreMetaKinds: ReadonlySet<string> = new Set([
  "APIGroup",
  "APIGroupList",
  "APIResourceList",
  "APIVersions",
  "List",
  "Status",
]);

/** `core/v1.PodSpec` is published as `io.k8s.api.core.v1.PodSpec`. */
export function definitionNameOfType(id: string): string {
  const dot = id.lastIndexOf(".");
  const packageName = id.slice(0, dot);
  return `${prefixByPackage[packageName] ?? `io.k8s.api.${packageName.replace("/", ".")}`}${id.slice(dot)}`;
}

/** `io.k8s.api.core.v1.PodSpec` is the type `core/v1.PodSpec`; undefined for other names. */
export function typeOfDefinitionName(name: string): string | undefined {
  const dot = name.lastIndexOf(".");
  const prefix = name.slice(0, dot);
  const known = packageByPrefix.get(prefix);
  if (known !== undefined) return known + name.slice(dot);
  const match = /^io\.k8s\.api\.([^.]+)\.([^.]+)$/.exec(prefix);
  return match === null ? undefined : `${match[1]}/${match[2]}${name.slice(dot)}`;
}

/** The Go package of an API group version: `rbac.authorization.k8s.io`, `v1` is `rbac/v1`. */
function packageOfGroup(group: string, version: string): string {
  return `${packageFolders[group] ?? group.split(".")[0]}/${version}`;
}

/** The id of a kind's type: `apps`, `v1`, `Deployment` is `apps/v1.Deployment`; options and Status are in meta/v1. */
export function typeOfKind(group: string, version: string, kind: string): string {
  const inMeta =
    commonKinds.has(kind) ||
    group === "meta.k8s.io" ||
    (apiVersionOf({ group, version }) === "v1" && coreMetaKinds.has(kind));
  return `${inMeta ? "meta/v1" : packageOfGroup(group, version)}.${kind}`;
}

/** The API group that serves a package's kinds: `rbac/v1` is `rbac.authorization.k8s.io`. */
export function groupOfPackage(packageName: string): string {
  const folder = packageName.split("/")[0] ?? "";
  if (folder === "meta") return "";
  for (const [group, name] of Object.entries(packageFolders)) if (name === folder) return group;
  return ["apps", "autoscaling", "batch", "policy"].includes(folder) ? folder : `${folder}.k8s.io`;
}
