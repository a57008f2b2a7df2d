import type { Pod } from "@pinnace/api";
import { isPodReady } from "@pinnace/controller-runtime";
import { AutoscalingError } from "./autoscaling-error.ts";
import type { PodMetrics } from "./metrics-client.ts";
import { groupPods } from "./pod-groups.ts";
import { averageRatio, isWithin, type Tolerance, type Usage, utilizationRatio } from "./usage-ratio.ts";

/** What a calculation starts from. */
export interface Target {
  /** `spec.replicas` of the scale. */
  readonly currentReplicas: number;
  /** Those that the scale's selector selects. */
  readonly pods: readonly Pod[];
  readonly tolerance: Tolerance;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A number of replicas and the usage that it comes from. */
export interface Recommendation {
  readonly replicas: number;
  readonly usage: Usage;
}

/** Replicas for a share of the requests (`averageUtilization`), in per cent. */
export function replicasForUtilization(
  target: Target,
  metrics: PodMetrics,
  resource: string,
  requests: ReadonlyMap<string, number>,
  targetUtilization: number,
): Recommendation {
  const whole = Math.max(100, targetUtilization);
  return recommend(target, metrics, resource, {
    ratio: (values) => utilizationRatio(values, requests, targetUtilization),
    atTarget: (pod) => Math.trunc(((requests.get(pod) ?? 0) * whole) / 100),
  });
}

/** Replicas for an average per pod (`averageValue`), in thousandths. */
export function replicasForAverage(
  target: Target,
  metrics: PodMetrics,
  resource: string,
  targetAverage: number,
): Recommendation {
  return recommend(target, metrics, resource, {
    ratio: (values) => averageRatio(values, targetAverage),
    atTarget: () => targetAverage,
  });
}

/** Replicas for a total (`value`) that grows and shrinks with the number of pods, in thousandths. */
export function replicasForTotal(target: Target, used: number, targetTotal: number): Recommendation {
  const ratio = used / targetTotal;
  const usage = { ratio, average: used };
  if (target.currentReplicas === 0) return { replicas: Math.ceil(ratio), usage };
  if (isWithin(target.tolerance, ratio)) return { replicas: target.currentReplicas, usage };
  const ready = target.pods.filter((pod) => pod.status?.phase === "Running" && isPodReady(pod)).length;
  return { replicas: Math.ceil(ratio * ready), usage };
}

/** Replicas for a total that is divided among the pods (`averageValue` of an object or external metric), in thousandths. */
export function replicasForShare(
  { tolerance }: Pick<Target, "tolerance">,
  statusReplicas: number,
  used: number,
  targetAverage: number,
): Recommendation {
  const ratio = used / (targetAverage * statusReplicas);
  const usage = { ratio, average: statusReplicas === 0 ? 0 : Math.ceil(used / statusReplicas) };
  const replicas = isWithin(tolerance, ratio) ? statusReplicas : Math.ceil(used / targetAverage);
  return { replicas, usage };
}

interface Rule {
  ratio(values: ReadonlyMap<string, number>): Usage;
  /** What a pod uses that uses exactly what it should. */
  atTarget(pod: string): number;
}

/**
 * The rule of all metrics that pods have one by one. Pods without usage never make the change larger: they count as
 * fully used when the target is to shrink and as idle when it is to grow, and when that turns the direction round,
 * nothing changes.
 */
function recommend(target: Target, metrics: PodMetrics, resource: string, rule: Rule): Recommendation {
  const { currentReplicas, pods, tolerance, now } = target;
  if (pods.length === 0)
    throw new AutoscalingError("METRICS_UNAVAILABLE", "no pods returned by selector while calculating replica count");
  const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, now);
  const values = new Map([...metrics].map(([name, { value }]) => [name, value]));
  for (const name of [...ignored, ...unready]) values.delete(name);
  if (values.size === 0)
    throw new AutoscalingError(
      "METRICS_UNAVAILABLE",
      "did not receive metrics for targeted pods (pods might be unready)",
    );
  const usage = rule.ratio(values);
  const growsWithUnready = unready.length > 0 && usage.ratio > 1;
  if (!growsWithUnready && missing.length === 0) {
    const replicas = isWithin(tolerance, usage.ratio) ? currentReplicas : Math.ceil(usage.ratio * ready);
    return { replicas, usage };
  }
  if (usage.ratio !== 1) for (const name of missing) values.set(name, usage.ratio < 1 ? rule.atTarget(name) : 0);
  if (growsWithUnready) for (const name of unready) values.set(name, 0);
  const { ratio } = rule.ratio(values);
  const replicas = Math.ceil(ratio * values.size);
  const turned = (usage.ratio < 1 && ratio > 1) || (usage.ratio > 1 && ratio < 1);
  const backwards = (ratio < 1 && replicas > currentReplicas) || (ratio > 1 && replicas < currentReplicas);
  const keep = isWithin(tolerance, ratio) || turned || backwards;
  return { replicas: keep ? currentReplicas : replicas, usage };
}
