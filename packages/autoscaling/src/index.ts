/**
 * How many replicas a target should have: the algorithm of upstream's horizontal pod autoscaler, apart from the
 * controller that applies it. Numbers come from a {@link MetricsClient}; {@link createApiMetricsClient} asks the metrics
 * APIs of a cluster, and anybody's own will do as well.
 *
 * ```ts
 * import { proposeReplicas, type MetricsClient } from "@pinnace/autoscaling";
 *
 * const unavailable = () => Promise.reject(new Error("not here"));
 * const client: MetricsClient = {
 *   resourceMetric: unavailable,
 *   podsMetric: unavailable,
 *   objectMetric: unavailable,
 *   externalMetric: async () => [90_000], // thousandths: a queue of 90 messages
 * };
 * const metric = {
 *   type: "External",
 *   external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "30" } },
 * };
 * const proposal = await proposeReplicas(metric, {
 *   client,
 *   namespace: "default",
 *   selector: "app=worker",
 *   currentReplicas: 1,
 *   statusReplicas: 1,
 *   pods: [],
 *   tolerance: { scaleUp: 0.1, scaleDown: 0.1 },
 *   now: 0,
 * });
 * console.log(proposal); // { replicas: 3, ... }
 * ```
 *
 * @packageDocumentation
 */
export { createApiMetricsClient } from "./api-metrics-client.ts";
export { AutoscalingError, type AutoscalingErrorCode } from "./autoscaling-error.ts";
export {
  type FailedProposal,
  isFailed,
  type Proposal,
  type ProposalInput,
  proposeReplicas,
  toleranceOf,
} from "./metric-proposal.ts";
export type { MetricQuery, MetricsClient, PodMetric, PodMetrics } from "./metrics-client.ts";
export type { Target } from "./replica-calculator.ts";
export { type Behaved, type BehaviorInput, behave, longestPeriod, type Verdict } from "./scale-behavior.ts";
export { type PastRecommendation, type ScaleEvent, ScaleHistory } from "./scale-history.ts";
export type { Tolerance } from "./usage-ratio.ts";
