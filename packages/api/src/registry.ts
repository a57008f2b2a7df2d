import {
  apiVersionOf,
  type Column,
  type HandledSubresource,
  type Json,
  type KubernetesObject,
  type ResourceDefinition,
  type ResourceVerb,
  type StoredSubresource,
  type Strategy,
} from "@pinnace/apimachinery";
import { conversions } from "./conversions.ts";
import { definitionNameOfType } from "./definition-names.ts";
import type { FeatureGates } from "./features/feature-gates.ts";
import { withSchedulingGroup } from "./features/generic-workload.ts";
import { genericStatusStrategy, genericStrategy } from "./generic-strategy.ts";
import type { KindBehaviour } from "./kind-behaviour.ts";
import { kinds } from "./kinds/index.ts";
import { type BuiltInResource, builtInResources } from "./resources.ts";
import { resolveBuiltInSchema } from "./schemas.ts";

const genericColumns: readonly Column[] = [
  {
    name: "Name",
    type: "string",
    format: "name",
    description:
      "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
    priority: 0,
  },
  {
    name: "Created At",
    type: "date",
    format: "",
    description:
      "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
    priority: 0,
  },
];

function genericCells(object: KubernetesObject): readonly Json[] {
  return [object.metadata?.name ?? "", object.metadata?.creationTimestamp ?? "<unknown>"];
}

const read: readonly ResourceVerb[] = ["get", "patch", "update"];
const proxy: readonly ResourceVerb[] = ["create", "delete", "get", "patch", "update"];

/** Subresources with a handler of their own: verbs and the kind they speak. A kind without a group is the core group's. */
const handled: Readonly<Record<string, { verbs: readonly ResourceVerb[]; kind: string }>> = {
  "pods/attach": { verbs: ["create", "get"], kind: "v1/PodAttachOptions" },
  "pods/binding": { verbs: ["create"], kind: "v1/Binding" },
  "pods/eviction": { verbs: ["create"], kind: "policy/v1/Eviction" },
  "pods/exec": { verbs: ["create", "get"], kind: "v1/PodExecOptions" },
  "pods/log": { verbs: ["get"], kind: "v1/Pod" },
  "pods/portforward": { verbs: ["create", "get"], kind: "v1/PodPortForwardOptions" },
  "pods/proxy": { verbs: proxy, kind: "v1/PodProxyOptions" },
  "services/proxy": { verbs: proxy, kind: "v1/ServiceProxyOptions" },
  "nodes/proxy": { verbs: proxy, kind: "v1/NodeProxyOptions" },
  "serviceaccounts/token": { verbs: ["create"], kind: "authentication.k8s.io/v1/TokenRequest" },
};

function parseKind(text: string): HandledSubresource["kind"] {
  const parts = text.split("/");
  const [kind = "", version = "", group = ""] = parts.reverse();
  return { group, version, kind };
}

function subresource(
  name: string,
  resource: BuiltInResource,
  strategy: Strategy,
  behaviour: KindBehaviour,
): StoredSubresource | HandledSubresource {
  const own = handled[`${resource.resource}/${name}`];
  if (own !== undefined) return { name, verbs: own.verbs, kind: parseKind(own.kind) };
  const change = name === "status" ? behaviour.statusStrategy : behaviour.subresourceStrategies?.[name];
  const generic = name === "status" ? genericStatusStrategy : strategy;
  const stored: StoredSubresource = {
    name,
    verbs: name === "finalize" ? ["update"] : read,
    strategy: change === undefined ? generic : { ...generic, ...change },
  };
  if (name !== "scale") return stored;
  return {
    ...stored,
    kind: { group: "autoscaling", version: "v1", kind: "Scale" },
    scale: {
      specReplicasPath: "spec.replicas",
      statusReplicasPath: "status.replicas",
      selectorPath: "spec.selector",
    },
  };
}

function define(resource: BuiltInResource, behaviour: KindBehaviour): ResourceDefinition {
  const definitionName = definitionNameOfType(`${resource.package}.${resource.kind}`);
  const strategy = { ...genericStrategy(resource.subresources.includes("status")), ...behaviour.strategy };
  const { group, version, kind, namespaced, singular, shortNames, categories, verbs, stored } = resource;
  const conversion = behaviour.conversion ?? conversions[`${apiVersionOf(resource)}/${kind}`];
  return Object.freeze({
    ...{
      group,
      version,
      resource: resource.resource,
      kind,
      namespaced,
      singular,
      shortNames,
      categories,
      verbs,
      stored,
    },
    storageResource: resource.storageResource,
    storageApiVersion: resource.storageApiVersion,
    ...(conversion === undefined ? {} : { conversion }),
    definitionName,
    get schema() {
      return resolveBuiltInSchema(definitionName);
    },
    resolve: resolveBuiltInSchema,
    ...(behaviour.default === undefined ? {} : { default: behaviour.default }),
    strategy,
    subresources: resource.subresources.map((name) => subresource(name, resource, strategy, behaviour)),
    columns: behaviour.columns ?? genericColumns,
    cells: behaviour.cells ?? genericCells,
    ...(behaviour.fields === undefined ? {} : { fields: behaviour.fields }),
    fieldNames: behaviour.fieldNames ?? [],
    ...(behaviour.deprecation === undefined ? {} : { deprecation: behaviour.deprecation }),
  });
}

export interface BuiltInDefinitionsOptions {
  /**
   * Which resource versions to define. Default: those that a Kubernetes 1.36 API server serves without further flags.
   * `() => true` is upstream's `--runtime-config=api/all=true`.
   */
  readonly served?: (resource: BuiltInResource) => boolean;
  /** Features that are off by default; each brings the resource versions that it needs. */
  readonly featureGates?: FeatureGates;
}

/** Resource versions that come with a feature. */
const SERVED_BY_FEATURE: Readonly<Record<keyof FeatureGates, string>> = {
  GenericWorkload: "scheduling.k8s.io/v1alpha2",
};

/**
 * The definitions of the built-in resources, group by group in the order of discovery (`apiregistration.k8s.io` first, as
 * `GET /apis` lists them), preferred versions first. Creating them parses no schema: `schema` is built when it is first
 * read.
 */
export function createBuiltInDefinitions(options: BuiltInDefinitionsOptions = {}): readonly ResourceDefinition[] {
  const { featureGates = {}, served = (resource: BuiltInResource) => resource.servedByDefault } = options;
  const features = (Object.keys(SERVED_BY_FEATURE) as (keyof FeatureGates)[]).filter((name) => featureGates[name]);
  const versions = new Set(features.map((name) => SERVED_BY_FEATURE[name]));
  const definitions = builtInResources()
    .filter((resource) => served(resource) || versions.has(apiVersionOf(resource)))
    .map((resource) => define(resource, kinds[`${apiVersionOf(resource)}/${resource.kind}`] ?? {}));
  return featureGates.GenericWorkload ? definitions.map(withSchedulingGroup) : definitions;
}
