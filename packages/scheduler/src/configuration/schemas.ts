import type { Schema, SchemaResolver } from "@pinnace/apimachinery";

const V1 = "io.k8s.kube-scheduler.config.v1.";
const int32: Schema = { type: "integer", format: "int32" };
const int64: Schema = { type: "integer", format: "int64" };
const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const number: Schema = { type: "number", format: "float" };
const anything: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const list = (items: Schema): Schema => ({ type: "array", items });
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({ type: "object", properties });
const ref = (name: string): Schema => ({ $ref: V1 + name });

const pluginSet = ref("PluginSet");
const resources = list(ref("ResourceSpec"));
const shape = list(ref("UtilizationShapePoint"));
const typeMeta = { apiVersion: text, kind: text };

/** The points of a profile that upstream knows; placement is for its topology-aware scheduling of workloads. */
const POINTS = [
  ...["preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score", "reserve", "permit"],
  ...["preBind", "bind", "postBind", "multiPoint", "placementGenerate", "placementScore"],
];

const DEFINITIONS: Readonly<Record<string, Schema>> = {
  KubeSchedulerConfiguration: object({
    ...typeMeta,
    parallelism: int32,
    leaderElection: ref("LeaderElectionConfiguration"),
    clientConnection: ref("ClientConnectionConfiguration"),
    enableProfiling: flag,
    enableContentionProfiling: flag,
    percentageOfNodesToScore: int32,
    podInitialBackoffSeconds: int64,
    podMaxBackoffSeconds: int64,
    profiles: list(ref("KubeSchedulerProfile")),
    extenders: list(ref("Extender")),
    delayCacheUntilActive: flag,
  }),
  LeaderElectionConfiguration: object({
    leaderElect: flag,
    leaseDuration: text,
    renewDeadline: text,
    retryPeriod: text,
    resourceLock: text,
    resourceName: text,
    resourceNamespace: text,
  }),
  ClientConnectionConfiguration: object({
    kubeconfig: text,
    acceptContentTypes: text,
    contentType: text,
    qps: number,
    burst: int32,
  }),
  KubeSchedulerProfile: object({
    schedulerName: text,
    percentageOfNodesToScore: int32,
    plugins: ref("Plugins"),
    pluginConfig: list(ref("PluginConfig")),
  }),
  Plugins: object(Object.fromEntries(POINTS.map((point) => [point, pluginSet]))),
  PluginSet: object({ enabled: list(ref("Plugin")), disabled: list(ref("Plugin")) }),
  Plugin: object({ name: text, weight: int32 }),
  PluginConfig: object({ name: text, args: anything }),
  Extender: object({
    urlPrefix: text,
    filterVerb: text,
    preemptVerb: text,
    prioritizeVerb: text,
    weight: int64,
    bindVerb: text,
    enableHTTPS: flag,
    tlsConfig: ref("ExtenderTLSConfig"),
    httpTimeout: text,
    nodeCacheCapable: flag,
    managedResources: list(ref("ExtenderManagedResource")),
    ignorable: flag,
  }),
  ExtenderTLSConfig: object({
    insecure: flag,
    serverName: text,
    certFile: text,
    keyFile: text,
    caFile: text,
    certData: text,
    keyData: text,
    caData: text,
  }),
  ExtenderManagedResource: object({ name: text, ignoredByScheduler: flag }),
  ResourceSpec: object({ name: text, weight: int64 }),
  UtilizationShapePoint: object({ utilization: int32, score: int32 }),
  ScoringStrategy: object({
    type: text,
    resources,
    requestedToCapacityRatio: ref("RequestedToCapacityRatioParam"),
  }),
  RequestedToCapacityRatioParam: object({ shape }),
  TopologySpreadConstraint: object({
    maxSkew: int32,
    topologyKey: text,
    whenUnsatisfiable: text,
    labelSelector: anything,
    minDomains: int32,
    nodeAffinityPolicy: text,
    nodeTaintsPolicy: text,
    matchLabelKeys: list(text),
  }),
  DefaultPreemptionArgs: object({ ...typeMeta, minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32 }),
  DynamicResourcesArgs: object({ ...typeMeta, filterTimeout: text, bindingTimeout: text }),
  InterPodAffinityArgs: object({ ...typeMeta, hardPodAffinityWeight: int32, ignorePreferredTermsOfExistingPods: flag }),
  NodeAffinityArgs: object({ ...typeMeta, addedAffinity: anything }),
  NodeResourcesBalancedAllocationArgs: object({ ...typeMeta, resources }),
  NodeResourcesFitArgs: object({
    ...typeMeta,
    ignoredResources: list(text),
    ignoredResourceGroups: list(text),
    scoringStrategy: ref("ScoringStrategy"),
  }),
  PodTopologySpreadArgs: object({
    ...typeMeta,
    defaultConstraints: list(ref("TopologySpreadConstraint")),
    defaultingType: text,
  }),
  VolumeBindingArgs: object({ ...typeMeta, bindTimeoutSeconds: int64, shape }),
};

/** Definitions of the configuration by the name of their type; undefined for one that is not known. */
export function definitionOf(kind: string): { readonly name: string; readonly schema: Schema } | undefined {
  const schema = Object.hasOwn(DEFINITIONS, kind) ? DEFINITIONS[kind] : undefined;
  return schema === undefined ? undefined : { name: V1 + kind, schema };
}

export const resolveDefinition: SchemaResolver = (name) => DEFINITIONS[name.slice(V1.length)]!;
