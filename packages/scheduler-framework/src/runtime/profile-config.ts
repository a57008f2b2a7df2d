/** A plugin of a profile, with its weight for Score (default 1). */
export interface EnabledPlugin {
  readonly name: string;
  readonly weight?: number;
}

/** What a profile changes at one extension point; `*` disables all defaults. */
export interface PluginSet {
  readonly enabled?: readonly EnabledPlugin[];
  readonly disabled?: readonly { readonly name: string }[];
}

/** The extension points as `KubeSchedulerConfiguration` (kubescheduler.config.k8s.io/v1) names them. */
export type PointName =
  | "preEnqueue"
  | "queueSort"
  | "preFilter"
  | "filter"
  | "postFilter"
  | "preScore"
  | "score"
  | "reserve"
  | "permit"
  | "preBind"
  | "bind"
  | "postBind";

/** One profile of a scheduler (KubeSchedulerProfile). */
export interface ProfileConfig {
  readonly schedulerName: string;
  readonly plugins?: Partial<Record<PointName | "multiPoint", PluginSet>>;
  /** Arguments by plugin. */
  readonly pluginConfig?: readonly { readonly name: string; readonly args: unknown }[];
  /** Overrides the scheduler's percentage; 0 lets it adapt to the number of nodes. */
  readonly percentageOfNodesToScore?: number;
}

/** The default plugins in their order, with the weights of their scores. */
export const DEFAULT_PLUGINS: readonly EnabledPlugin[] = [
  { name: "SchedulingGates" },
  { name: "PrioritySort" },
  { name: "NodeUnschedulable" },
  { name: "NodeName" },
  { name: "TaintToleration", weight: 3 },
  { name: "NodeAffinity", weight: 2 },
  { name: "NodePorts" },
  { name: "NodeResourcesFit", weight: 1 },
  { name: "VolumeRestrictions" },
  { name: "NodeVolumeLimits" },
  { name: "VolumeBinding" },
  { name: "VolumeZone" },
  { name: "PodTopologySpread", weight: 2 },
  { name: "InterPodAffinity", weight: 2 },
  { name: "DynamicResources", weight: 2 },
  { name: "DefaultPreemption" },
  { name: "NodeResourcesBalancedAllocation", weight: 1 },
  { name: "ImageLocality", weight: 1 },
  { name: "DefaultBinder" },
  { name: "NodeDeclaredFeatures" },
];
