import type { HorizontalPodAutoscalerSpec, MetricSpec, MetricStatus } from "@pinnace/api";
import type { LabelSelector } from "@pinnace/apimachinery";
import { labelMatcher, Quantity } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { AutoscalingError } from "./autoscaling-error.ts";
import type { MetricsClient } from "./metrics-client.ts";
import { podRequests } from "./pod-requests.ts";
import {
  type Recommendation,
  replicasForAverage,
  replicasForShare,
  replicasForTotal,
  replicasForUtilization,
  type Target,
} from "./replica-calculator.ts";

/** What one metric asks for. */
export interface Proposal {
  readonly replicas: number;
  /** How events and conditions name the metric: `cpu resource utilization (percentage of request)`. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why a metric asks for nothing. */
export interface FailedProposal {
  /** The reason of the condition and the event: `FailedGetResourceMetric`. */
  readonly reason: string;
  /** What the metrics API said. */
  readonly message: string;
  /** The same within the sentence about all metrics. */
  readonly summary: string;
}

export interface ProposalInput extends Target {
  readonly namespace: string;
  /** The scale's `status.selector`. */
  readonly selector: string;
  readonly statusReplicas: number;
  readonly client: MetricsClient;
}

/** What a metric of `spec.metrics` asks for. */
export async function proposeReplicas(metric: MetricSpec, input: ProposalInput): Promise<Proposal | FailedProposal> {
  try {
    return await propose(metric, input);
  } catch (error) {
    const message = messageOf(error);
    return { reason: `FailedGet${metric.type}Metric`, message, summary: `failed to get ${label(metric)}: ${message}` };
  }
}

export function isFailed(proposal: Proposal | FailedProposal): proposal is FailedProposal {
  return "reason" in proposal;
}

function label({ type, resource, containerResource, external }: MetricSpec): string {
  if (type === "Resource") return `${resource?.name ?? ""} resource metric value`;
  if (type === "ContainerResource") return `${containerResource?.name ?? ""} container metric value`;
  if (type === "External") return `${external?.metric.name ?? ""} external metric value`;
  return `${type.toLowerCase()} metric value`;
}

async function propose(metric: MetricSpec, input: ProposalInput): Promise<Proposal> {
  const { type, resource, containerResource, pods, object, external } = metric;
  if (resource !== undefined) {
    const { recommendation, name, current } = await ofResource(resource, input);
    return { replicas: recommendation.replicas, name, status: { type, resource: { name: resource.name, current } } };
  }
  if (containerResource !== undefined) {
    const { container } = containerResource;
    const { recommendation, name, current } = await ofResource(containerResource, input, container);
    const status = { name: containerResource.name, container, current };
    return { replicas: recommendation.replicas, name, status: { type, containerResource: status } };
  }
  if (pods !== undefined) return ofPods(type, pods, input);
  if (object !== undefined) return ofObject(type, object, input);
  if (external !== undefined) return ofExternal(type, external, input);
  throw new AutoscalingError("INVALID_METRIC", `unknown metric source type "${type}"`);
}

async function ofResource(
  { name, target }: NonNullable<MetricSpec["resource"]>,
  input: ProposalInput,
  container?: string,
): Promise<{
  readonly recommendation: Recommendation;
  readonly name: string;
  readonly current: { readonly averageValue: string; readonly averageUtilization?: number };
}> {
  const { namespace, selector, pods, client } = input;
  const { averageValue, averageUtilization } = target;
  if (averageValue === undefined && averageUtilization === undefined)
    throw new AutoscalingError(
      "INVALID_METRIC",
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  const query = { resource: name, namespace, selector, ...(container === undefined ? {} : { container }) };
  const kind = averageValue === undefined ? "utilization" : "usage";
  const recommendation = await explained(`failed to get ${name} ${kind}: `, async () => {
    const metrics = await explained(`unable to get metrics for resource ${name}: `, () => client.resourceMetric(query));
    if (averageValue !== undefined) return replicasForAverage(input, metrics, name, milli(averageValue));
    return replicasForUtilization(input, metrics, name, podRequests(pods, name, container), averageUtilization ?? 0);
  });
  const { utilization, average } = recommendation.usage;
  const of = container === undefined ? `${name} resource` : `${name} container resource`;
  return {
    recommendation,
    name: averageValue === undefined ? `${of} utilization (percentage of request)` : of,
    current: {
      averageValue: text(average),
      ...(utilization === undefined ? {} : { averageUtilization: utilization }),
    },
  };
}

async function ofPods(type: string, source: NonNullable<MetricSpec["pods"]>, input: ProposalInput): Promise<Proposal> {
  const { namespace, selector, client } = input;
  const { metric, target } = source;
  const query = { namespace, selector, metric: metric.name, metricSelector: selectorText(metric.selector) };
  const metrics = await explained(`unable to get metric ${metric.name}: `, () => client.podsMetric(query));
  const { replicas, usage } = replicasForAverage(input, metrics, "", milli(target.averageValue));
  const current = { averageValue: text(usage.average) };
  return { replicas, name: `pods metric ${metric.name}`, status: { type, pods: { metric, current } } };
}

async function ofObject(
  type: string,
  source: NonNullable<MetricSpec["object"]>,
  input: ProposalInput,
): Promise<Proposal> {
  const { namespace, client } = input;
  const { metric, target, describedObject } = source;
  const { kind, name } = describedObject;
  const query = { namespace, metric: metric.name, metricSelector: selectorText(metric.selector) };
  const used = await explained(`unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/`, () =>
    client.objectMetric({ ...query, object: describedObject }),
  );
  const { replicas, current } = ofWhole(input, used, target);
  const status = { type, object: { describedObject, metric, current } };
  return { replicas, name: `${kind} metric ${metric.name}`, status };
}

async function ofExternal(
  type: string,
  source: NonNullable<MetricSpec["external"]>,
  input: ProposalInput,
): Promise<Proposal> {
  const { namespace, client } = input;
  const { metric, target } = source;
  const described = `${metric.name}/${goSelector(metric.selector)}`;
  const query = { namespace, metric: metric.name, metricSelector: selectorText(metric.selector) };
  const series = await explained(`unable to get external metric ${namespace}/${described}: `, () =>
    client.externalMetric(query),
  );
  const used = series.reduce((sum, value) => sum + value, 0);
  const { replicas, current } = ofWhole(input, used, target);
  const name = `external metric ${metric.name}(${goSelector(metric.selector)})`;
  return { replicas, name, status: { type, external: { metric, current } } };
}

function ofWhole(
  input: ProposalInput,
  used: number,
  { value, averageValue }: NonNullable<MetricSpec["external"]>["target"],
): { readonly replicas: number; readonly current: { readonly value?: string; readonly averageValue?: string } } {
  if (value !== undefined) {
    const { replicas } = replicasForTotal(input, used, milli(value));
    return { replicas, current: { value: text(used) } };
  }
  if (averageValue === undefined)
    throw new AutoscalingError(
      "INVALID_METRIC",
      "invalid metric source: neither a value target nor an average was set",
    );
  const { replicas, usage } = replicasForShare(input, input.statusReplicas, used, milli(averageValue));
  return { replicas, current: { averageValue: text(usage.average) } };
}

/** Runs `work`; what it rejects with is told with `prefix` before it. */
async function explained<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new AutoscalingError("METRICS_UNAVAILABLE", prefix + messageOf(cause), { cause });
  }
}

function milli(quantity: string | undefined): number {
  return Quantity.parse(quantity ?? "0").milliValue();
}

function text(value: number): string {
  return Quantity.fromMilli(value).toString();
}

function selectorText(selector: LabelSelector | undefined): string {
  return selector === undefined ? "" : labelMatcher(selector).toString();
}

/** A selector as upstream's messages print it. */
function goSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "nil";
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.sort().join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}

/** Upstream's default (`--horizontal-pod-autoscaler-tolerance`): a tenth. */
const TOLERANCE = 0.1;

/** The tolerance of an autoscaler, by direction (KEP-4951). */
export function toleranceOf({ behavior }: HorizontalPodAutoscalerSpec): Target["tolerance"] {
  const read = (tolerance: string | undefined): number =>
    tolerance === undefined ? TOLERANCE : Quantity.parse(tolerance).toNumber();
  return { scaleUp: read(behavior?.scaleUp?.tolerance), scaleDown: read(behavior?.scaleDown?.tolerance) };
}
