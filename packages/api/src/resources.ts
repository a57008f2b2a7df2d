import { parseApiVersion, type ResourceVerb } from "@pinnace/apimachinery";
import { resourceTable } from "./generated/resources.ts";

/** A built-in resource at one version, as the REST paths and discovery show it. */
export interface BuiltInResource {
  readonly group: string;
  readonly version: string;
  /** The package of its kind's type: `core/v1`. */
  readonly package: string;
  /** Whether a server serves this version unless told otherwise. */
  readonly servedByDefault: boolean;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly stored: boolean;
  readonly verbs: readonly ResourceVerb[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  /** As upstream's keys have it: `services/specs`, `deployments`, `apiregistration.k8s.io/apiservices`. */
  readonly storageResource: string;
  readonly storageApiVersion: string;
}

const allVerbs: readonly ResourceVerb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

function list(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(",");
}

function verbs(text: string | undefined): readonly ResourceVerb[] {
  if (text === undefined) return allVerbs;
  if (text.startsWith("-")) return allVerbs.filter((verb) => verb !== text.slice(1));
  return text.split(",") as ResourceVerb[];
}

function parseLine(line: string, apiVersion: string, packageName: string, servedByDefault: boolean): BuiltInResource {
  const [resource = "", kind = "", scope, ...words] = line.split(" ");
  const options = new Map(words.map((word) => [word.split("=")[0] ?? "", word.split("=")[1]]));
  return {
    ...parseApiVersion(apiVersion),
    package: packageName,
    servedByDefault,
    resource,
    kind,
    singular: options.get("singular") ?? kind.toLowerCase(),
    namespaced: scope === "namespaced",
    stored: !options.has("virtual"),
    verbs: verbs(options.get("verbs")),
    shortNames: list(options.get("short")),
    categories: list(options.get("cat")),
    subresources: list(options.get("sub")),
    storageResource: options.get("store") ?? resource,
    storageApiVersion: options.get("stored") ?? apiVersion,
  };
}

let parsed: readonly BuiltInResource[] | undefined;

/** Every built-in resource of Kubernetes 1.36 at every version, group by group in the order of discovery. */
export function builtInResources(): readonly BuiltInResource[] {
  if (parsed !== undefined) return parsed;
  const resources: BuiltInResource[] = [];
  let [apiVersion = "", packageName = "", off]: string[] = [];
  for (const line of resourceTable.split("\n")) {
    if (line.startsWith("[")) [apiVersion = "", packageName = "", off] = line.slice(1, -1).split(" ");
    else resources.push(parseLine(line, apiVersion, packageName, off === undefined));
  }
  parsed = Object.freeze(resources);
  return parsed;
}
