import type { Conversion, Draft } from "@pinnace/apimachinery";
import { cpuMetric } from "./hpa-defaults.ts";

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const ROUND_TRIP = [METRICS, CURRENT, BEHAVIOR, CONDITIONS];

function isCpuShare(metric: Draft): boolean {
  return (
    metric.type === "Resource" && metric.resource?.name === "cpu" && isGiven(metric.resource.target?.averageUtilization)
  );
}

function isGiven(value: Draft): boolean {
  return value !== undefined && value !== null;
}

function compact(object: Draft): Draft {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** The parts of a v2 metric, by their flat names in v1. */
function flatSource(type: string, source: Draft): Draft {
  const { metric = {}, target = {} } = source;
  switch (type) {
    case "Pods":
      return compact({
        metricName: metric.name,
        selector: metric.selector,
        targetAverageValue: target.averageValue ?? "0",
      });
    case "Object":
      return compact({
        target: source.describedObject,
        metricName: metric.name,
        targetValue: target.value ?? "0",
        selector: metric.selector,
        averageValue: target.averageValue,
      });
    case "External":
      return compact({
        metricName: metric.name,
        metricSelector: metric.selector,
        targetValue: target.value,
        targetAverageValue: target.averageValue,
      });
    default:
      return compact({
        name: source.name,
        container: source.container,
        targetAverageUtilization: target.averageUtilization,
        targetAverageValue: target.averageValue,
      });
  }
}

function nestedSource(type: string, source: Draft): Draft {
  switch (type) {
    case "Pods":
      return {
        metric: compact({ name: source.metricName, selector: source.selector }),
        target: { type: "AverageValue", averageValue: source.targetAverageValue },
      };
    case "Object": {
      const average = source.averageValue;
      const value = isGiven(average) && source.targetValue === "0" ? undefined : source.targetValue;
      return {
        describedObject: source.target,
        metric: compact({ name: source.metricName, selector: source.selector }),
        target: compact({ type: isGiven(average) ? "AverageValue" : "Value", value, averageValue: average }),
      };
    }
    case "External":
      return {
        metric: compact({ name: source.metricName, selector: source.metricSelector }),
        target: compact({
          type: isGiven(source.targetValue) ? "Value" : "AverageValue",
          value: source.targetValue,
          averageValue: source.targetAverageValue,
        }),
      };
    default:
      return compact({
        name: source.name,
        container: source.container,
        target: compact({
          type: isGiven(source.targetAverageUtilization) ? "Utilization" : "AverageValue",
          averageUtilization: source.targetAverageUtilization,
          averageValue: source.targetAverageValue,
        }),
      });
  }
}

function sourceName(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function convertMetric(metric: Draft, convert: (type: string, source: Draft) => Draft): Draft {
  const name = sourceName(metric.type ?? "");
  return metric[name] ? { type: metric.type, [name]: convert(metric.type, metric[name]) } : { type: metric.type };
}

/** An annotation that holds JSON; what cannot be read is ignored, as upstream does. */
function readAnnotation(annotations: Draft, key: string): Draft {
  const text = annotations?.[key];
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a v1 autoscaler carries metrics that v1 has no room for. */
export function hasOtherMetrics(object: Draft): boolean {
  return object.metadata?.annotations?.[METRICS] !== undefined;
}

function dropRoundTrip(metadata: Draft): void {
  if (!metadata?.annotations) return;
  const kept = Object.entries(metadata.annotations).filter(([key]) => !ROUND_TRIP.includes(key));
  if (kept.length > 0) metadata.annotations = Object.fromEntries(kept);
  else delete metadata.annotations;
}

function toV2(draft: Draft): void {
  const { spec = {}, metadata, status } = draft;
  const { targetCPUUtilizationPercentage: share, ...rest } = spec;
  const others = readAnnotation(metadata?.annotations, METRICS);
  const metrics = Array.isArray(others) ? others.map((metric) => convertMetric(metric, nestedSource)) : [];
  if (isGiven(share)) metrics.push(cpuMetric(share));
  draft.spec = { ...rest, metrics: metrics.length > 0 ? metrics : [cpuMetric()] };
  const behavior = readAnnotation(metadata?.annotations, BEHAVIOR);
  if (behavior && typeof behavior === "object") draft.spec.behavior = behavior;
  if (status) {
    const { currentCPUUtilizationPercentage: current, ...others } = status;
    draft.status = { ...others };
    const conditions = readAnnotation(metadata?.annotations, CONDITIONS);
    const saved = readAnnotation(metadata?.annotations, CURRENT);
    if (Array.isArray(conditions)) draft.status.conditions = conditions;
    if (Array.isArray(saved)) draft.status.currentMetrics = saved;
    else if (isGiven(current)) {
      draft.status.currentMetrics = [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } },
      ];
    }
  }
  dropRoundTrip(metadata);
  draft.apiVersion = "autoscaling/v2";
}

function toV1(draft: Draft): void {
  const { spec = {}, metadata, status = {} } = draft;
  const { metrics = [], behavior, ...rest } = spec;
  const { currentMetrics = [], conditions = [], ...counts } = status;
  dropRoundTrip(metadata);
  const annotations: Record<string, string> = {};
  const others = metrics.filter((metric: Draft) => !isCpuShare(metric));
  if (others.length > 0) {
    annotations[METRICS] = JSON.stringify(others.map((metric: Draft) => convertMetric(metric, flatSource)));
  }
  if (currentMetrics.length > 0) annotations[CURRENT] = JSON.stringify(currentMetrics);
  if (behavior) annotations[BEHAVIOR] = JSON.stringify(behavior);
  if (conditions.length > 0) annotations[CONDITIONS] = JSON.stringify(conditions);
  if (Object.keys(annotations).length > 0) metadata.annotations = { ...metadata.annotations, ...annotations };
  const share = metrics.find(isCpuShare)?.resource.target.averageUtilization;
  const current = currentMetrics.find((metric: Draft) => metric.resource?.name === "cpu");
  draft.spec = compact({ ...rest, targetCPUUtilizationPercentage: share });
  draft.status = compact({
    ...counts,
    currentCPUUtilizationPercentage: current?.resource?.current?.averageUtilization,
  });
  draft.apiVersion = "autoscaling/v1";
}

/** Between autoscaling/v1 and autoscaling/v2, the stored form. What v1 has no room for goes into annotations. */
export const autoscalerConversion: Conversion = { toStorage: toV2, fromStorage: toV1 };
