import type { Conversion, Draft, Json } from "@pinnace/apimachinery";

/** Where autoscaling/v1 keeps what its fields cannot say (upstream's `pkg/apis/autoscaling/annotations.go`). */
const annotations = {
  metrics: "autoscaling.alpha.kubernetes.io/metrics",
  currentMetrics: "autoscaling.alpha.kubernetes.io/current-metrics",
  conditions: "autoscaling.alpha.kubernetes.io/conditions",
  behavior: "autoscaling.alpha.kubernetes.io/behavior",
} as const;

type Path = readonly string[];
/** Pairs of (autoscaling/v1 path, autoscaling/v2 path) within one metric source; v1 prints `always` even when it is 0. */
type Mapping = readonly (readonly [Path, Path, ("always" | undefined)?])[];

const selected: Mapping = [
  [["metricName"], ["metric", "name"]],
  [["selector"], ["metric", "selector"]],
];

/** How each source of a metric reads in both versions; `value` is the member that holds the numbers. */
function sources(value: "target" | "current"): Readonly<Record<string, Mapping>> {
  const name = (suffix: string): Path => [`${value}${suffix}`];
  const always = value === "current" ? "always" : undefined;
  const utilization: Mapping = [
    [["name"], ["name"]],
    [name("AverageUtilization"), [value, "averageUtilization"]],
    [name("AverageValue"), [value, "averageValue"], always],
  ];
  return {
    resource: utilization,
    containerResource: [[["container"], ["container"]], ...utilization],
    pods: [...selected, [name("AverageValue"), [value, "averageValue"], "always"]],
    object: [
      [["target"], ["describedObject"]],
      ...selected,
      [name("Value"), [value, "value"], "always"],
      [["averageValue"], [value, "averageValue"]],
    ],
    external: [
      [["metricName"], ["metric", "name"]],
      [["metricSelector"], ["metric", "selector"]],
      [name("Value"), [value, "value"], always],
      [name("AverageValue"), [value, "averageValue"]],
    ],
  };
}

function read(object: Draft, path: Path): Json | undefined {
  return path.reduce((value: Draft, name) => value?.[name], object);
}

function write(object: Draft, path: Path, value: Json): void {
  let parent = object;
  for (const name of path.slice(0, -1)) {
    parent[name] ??= {};
    parent = parent[name];
  }
  parent[path.at(-1)!] = value;
}

const targetTypes = [
  ["averageUtilization", "Utilization"],
  ["averageValue", "AverageValue"],
  ["value", "Value"],
] as const;

function convertMetric(metric: Draft, value: "target" | "current", to: "v1" | "v2"): Draft {
  const [from, into] = to === "v1" ? [1, 0] : [0, 1];
  const converted: Draft = { type: metric.type };
  for (const [source, mapping] of Object.entries(sources(value))) {
    if (metric[source] === undefined) continue;
    const result: Draft = {};
    for (const pair of mapping) {
      const found = read(metric[source], pair[from] as Path);
      if (found !== undefined && found !== null && found !== "0") write(result, pair[into] as Path, found);
      else if (to === "v1" && pair[2] === "always") write(result, pair[into] as Path, "0");
    }
    if (to === "v2" && value === "target") {
      const type = targetTypes.find(([member]) => result.target?.[member] !== undefined)?.[1];
      if (type !== undefined) result.target.type = type;
    }
    converted[source] = result;
  }
  return converted;
}

/** Renames every member: upstream writes behavior with the member names of its internal type. */
function recase(value: Json, rename: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => recase(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), recase(member, rename)]));
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const uncapitalised = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function isCpuUtilization(metric: Draft): boolean {
  return (
    metric.type === "Resource" &&
    metric.resource?.name === "cpu" &&
    (metric.resource.target ?? metric.resource.current)?.averageUtilization !== undefined
  );
}

function annotate(draft: Draft, name: string, value: Json): void {
  draft.metadata ??= {};
  draft.metadata.annotations = { ...draft.metadata.annotations, [name]: JSON.stringify(value) };
}

/** Whether a v1 autoscaler carries metrics that v1 has no room for. */
export function hasOtherMetrics(object: Draft): boolean {
  return object.metadata?.annotations?.[annotations.metrics] !== undefined;
}

/** Takes an annotation's JSON; what does not parse counts as absent, as upstream has it. */
function takeAnnotation(draft: Draft, name: string): Draft {
  const text = draft.metadata?.annotations?.[name];
  if (text === undefined) return undefined;
  const { [name]: _, ...rest } = draft.metadata.annotations;
  if (Object.keys(rest).length > 0) draft.metadata.annotations = rest;
  else delete draft.metadata.annotations;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function specToV1(draft: Draft): void {
  const { spec } = draft;
  if (spec === undefined) return;
  const metrics: Draft[] = spec.metrics ?? [];
  const cpu = metrics.find(isCpuUtilization);
  if (cpu !== undefined) spec.targetCPUUtilizationPercentage = cpu.resource.target.averageUtilization;
  const others = metrics.filter((metric) => metric !== cpu);
  delete spec.metrics;
  if (others.length > 0)
    annotate(
      draft,
      annotations.metrics,
      others.map((metric) => convertMetric(metric, "target", "v1")),
    );
  if (spec.behavior !== undefined) annotate(draft, annotations.behavior, recase(spec.behavior, capitalised));
  delete spec.behavior;
}

function statusToV1(draft: Draft): void {
  const { status } = draft;
  if (status === undefined) return;
  const metrics: Draft[] = status.currentMetrics ?? [];
  const cpu = metrics.find(isCpuUtilization);
  if (cpu !== undefined) status.currentCPUUtilizationPercentage = cpu.resource.current.averageUtilization;
  if (metrics.length > 0)
    annotate(
      draft,
      annotations.currentMetrics,
      metrics.map((metric) => convertMetric(metric, "current", "v1")),
    );
  if (status.conditions?.length > 0) annotate(draft, annotations.conditions, status.conditions);
  delete status.currentMetrics;
  delete status.conditions;
  status.currentReplicas ??= 0;
}

function specToV2(draft: Draft): void {
  const others: Draft[] = takeAnnotation(draft, annotations.metrics) ?? [];
  const behavior = takeAnnotation(draft, annotations.behavior);
  const { spec } = draft;
  if (spec === undefined) return;
  const metrics = others.map((metric) => convertMetric(metric, "target", "v2"));
  const utilization = spec.targetCPUUtilizationPercentage;
  delete spec.targetCPUUtilizationPercentage;
  if (utilization !== undefined && utilization !== null)
    metrics.push({
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: utilization } },
    });
  if (metrics.length > 0) spec.metrics = metrics;
  if (behavior !== undefined) spec.behavior = recase(behavior, uncapitalised);
}

function statusToV2(draft: Draft): void {
  const metrics: Draft[] | undefined = takeAnnotation(draft, annotations.currentMetrics);
  const conditions = takeAnnotation(draft, annotations.conditions);
  const { status } = draft;
  if (status === undefined) return;
  const utilization = status.currentCPUUtilizationPercentage;
  delete status.currentCPUUtilizationPercentage;
  if (utilization !== undefined && utilization !== null)
    status.currentMetrics = [
      { type: "Resource", resource: { name: "cpu", current: { averageUtilization: utilization } } },
    ];
  if (metrics !== undefined) status.currentMetrics = metrics.map((metric) => convertMetric(metric, "current", "v2"));
  if (conditions !== undefined) status.conditions = conditions;
}

/** autoscaling/v1 HorizontalPodAutoscaler, stored as autoscaling/v2: what v1 cannot say travels in annotations. */
export const autoscalingV1Conversion: Conversion = {
  toStorage(draft) {
    specToV2(draft);
    statusToV2(draft);
    draft.apiVersion = "autoscaling/v2";
  },
  fromStorage(draft) {
    specToV1(draft);
    statusToV1(draft);
    draft.apiVersion = "autoscaling/v1";
  },
};
