import type { HorizontalPodAutoscalerSpec, HPAScalingRules } from "@pinnace/api";
import type { ScaleEvent, ScaleHistory } from "./scale-history.ts";

const SECOND = 1000;
/** Milliseconds in which the highest recommendation counts before a target shrinks (upstream: 5 minutes). */
const DOWNSCALE_STABILIZATION = 300 * SECOND;

/** A statement about an autoscaler in the form of a condition. */
export interface Verdict {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

export interface BehaviorInput {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly history: ScaleHistory;
  readonly current: number;
  /** What the metrics ask for. */
  readonly desired: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is left of a recommendation after the rules about time and pace. */
export interface Behaved {
  readonly replicas: number;
  /** Reason and message of `AbleToScale`. */
  readonly stabilized: Verdict;
  /** Reason and message of `ScalingLimited`, which is true when `limited` differs from `stabilized`. */
  readonly limited: Verdict;
}

/** Applies stabilization windows, scaling policies and the bounds of an autoscaler to a recommendation, and keeps it. */
export function behave(input: BehaviorInput): Behaved {
  const stabilized = stabilize(input);
  input.history.recommend(input.desired, input.now, longestWindow(input.spec));
  const limited = limit(input, stabilized.replicas);
  return { replicas: limited.replicas, stabilized, limited };
}

/** Milliseconds for which scale events are of interest. */
export function longestPeriod({ behavior }: HorizontalPodAutoscalerSpec): number {
  const policies = [...(behavior?.scaleUp?.policies ?? []), ...(behavior?.scaleDown?.policies ?? [])];
  return Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds * SECOND));
}

function upWindow({ behavior }: HorizontalPodAutoscalerSpec): number {
  return (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * SECOND;
}

function downWindow({ behavior }: HorizontalPodAutoscalerSpec): number {
  const seconds = behavior?.scaleDown?.stabilizationWindowSeconds;
  return seconds === undefined ? DOWNSCALE_STABILIZATION : seconds * SECOND;
}

function longestWindow(spec: HorizontalPodAutoscalerSpec): number {
  return Math.max(upWindow(spec), downWindow(spec));
}

/** Grows no further than the lowest, shrinks no further than the highest recommendation of its window. */
function stabilize({ spec, history, current, desired, now }: BehaviorInput): Verdict {
  let up = desired;
  let down = desired;
  for (const { at, replicas } of history.recommendations) {
    if (now - at < upWindow(spec)) up = Math.min(up, replicas);
    if (now - at < downWindow(spec)) down = Math.max(down, replicas);
  }
  const held = Math.min(Math.max(current, up), down);
  // Without a behavior only the way down is held back, and against the recommendation rather than the present size.
  const replicas = spec.behavior === undefined ? down : held;
  if (replicas === desired)
    return { replicas, reason: "ReadyForNewScale", message: "recommended size matches current size" };
  if (spec.behavior !== undefined && desired >= current)
    return {
      replicas,
      reason: "ScaleUpStabilized",
      message: "recent recommendations were lower than current one, applying the lowest recent recommendation",
    };
  return {
    replicas,
    reason: "ScaleDownStabilized",
    message: "recent recommendations were higher than current one, applying the highest recent recommendation",
  };
}

function limit(input: BehaviorInput, wanted: number): Verdict {
  const { spec, current } = input;
  const { maxReplicas, minReplicas = 1, behavior } = spec;
  const fastest = behavior === undefined ? Math.max(2 * current, 4) : upLimit(input, behavior.scaleUp);
  const slowest = behavior === undefined ? minReplicas : downLimit(input, behavior.scaleDown);
  // With a behavior the bounds hold in the direction of the change only.
  if (wanted > Math.min(fastest, maxReplicas) && (behavior === undefined || wanted > current))
    return fastest < maxReplicas
      ? verdict(fastest, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
      : verdict(maxReplicas, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
  if (wanted < Math.max(slowest, minReplicas) && (behavior === undefined || wanted < current))
    return slowest > minReplicas
      ? verdict(slowest, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
      : verdict(minReplicas, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
  return verdict(wanted, "DesiredWithinRange", "the desired count is within the acceptable range");
}

function verdict(replicas: number, reason: string, message: string): Verdict {
  return { replicas, reason, message };
}

/** The largest size that the policies allow now; never less than the present one. */
function upLimit(input: BehaviorInput, rules: HPAScalingRules | undefined): number {
  const sizes = sizesByPolicy(input, rules, (start, type, value) =>
    type === "Percent" ? Math.ceil(start * (1 + value / 100)) : start + value,
  );
  return Math.max(input.current, choose(sizes, rules, input.current, Math.max, Math.min));
}

/** The smallest size that the policies allow now; never more than the present one. */
function downLimit(input: BehaviorInput, rules: HPAScalingRules | undefined): number {
  const sizes = sizesByPolicy(input, rules, (start, type, value) =>
    type === "Percent" ? Math.trunc(start * (1 - value / 100)) : start - value,
  );
  return Math.min(input.current, choose(sizes, rules, input.current, Math.min, Math.max));
}

/** For each policy the size that it leads to from the size at the start of its period. */
function sizesByPolicy(
  { history, current, now }: BehaviorInput,
  rules: HPAScalingRules | undefined,
  size: (start: number, type: string, value: number) => number,
): readonly number[] {
  return (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const within = (events: readonly ScaleEvent[]): number =>
      events.filter(({ at }) => now - at < periodSeconds * SECOND).reduce((sum, { change }) => sum + change, 0);
    return size(current - within(history.ups) + within(history.downs), type, value);
  });
}

function choose(
  sizes: readonly number[],
  rules: HPAScalingRules | undefined,
  current: number,
  most: (...sizes: number[]) => number,
  least: (...sizes: number[]) => number,
): number {
  if (rules?.selectPolicy === "Disabled" || sizes.length === 0) return current;
  return rules?.selectPolicy === "Min" ? least(...sizes) : most(...sizes);
}
