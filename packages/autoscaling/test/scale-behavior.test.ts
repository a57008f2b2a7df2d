import type { HorizontalPodAutoscalerSpec } from "@pinnace/api";
import { describe, expect, it } from "vitest";
import { type BehaviorInput, behave, longestPeriod } from "../src/scale-behavior.ts";
import { ScaleHistory } from "../src/scale-history.ts";

const SECOND = 1000;
const NOW = 1_000_000;

type Behavior = NonNullable<HorizontalPodAutoscalerSpec["behavior"]>;

function input(current: number, desired: number, behavior?: Behavior): BehaviorInput {
  const spec = { minReplicas: 2, maxReplicas: 20, scaleTargetRef: { kind: "Deployment", name: "web" } };
  return {
    spec: behavior === undefined ? spec : { ...spec, behavior },
    history: new ScaleHistory(),
    ...{ current, desired, now: NOW },
  };
}

const policies = (type: string, value: number, periodSeconds = 60) => [{ type, value, periodSeconds }];
const steady = { stabilizationWindowSeconds: 0 };

describe("a recommendation", () => {
  it.each<[string, number, number, Behavior | undefined, number, string]>([
    ["is taken", 4, 6, undefined, 6, "DesiredWithinRange"],
    ["at most doubles without a behavior", 6, 19, undefined, 12, "ScaleUpLimit"],
    ["may go to four", 1, 9, undefined, 4, "ScaleUpLimit"],
    ["stays below the maximum", 15, 40, undefined, 20, "TooManyReplicas"],
    ["stays above the minimum", 5, 1, undefined, 2, "TooFewReplicas"],
    ["grows by pods", 5, 12, { scaleUp: { ...steady, policies: policies("Pods", 3) } }, 8, "ScaleUpLimit"],
    ["grows by per cent", 5, 12, { scaleUp: { ...steady, policies: policies("Percent", 50) } }, 8, "ScaleUpLimit"],
    ["shrinks by pods", 9, 2, { scaleDown: { ...steady, policies: policies("Pods", 3) } }, 6, "ScaleDownLimit"],
    ["shrinks by per cent", 9, 2, { scaleDown: { ...steady, policies: policies("Percent", 50) } }, 4, "ScaleDownLimit"],
    ["may be forbidden", 9, 2, { scaleDown: { ...steady, selectPolicy: "Disabled" } }, 9, "ScaleDownLimit"],
    [
      "takes the policy that changes most",
      5,
      20,
      { scaleUp: { ...steady, selectPolicy: "Max", policies: [...policies("Pods", 3), ...policies("Percent", 100)] } },
      10,
      "ScaleUpLimit",
    ],
    [
      "takes the policy that changes least",
      5,
      20,
      { scaleUp: { ...steady, selectPolicy: "Min", policies: [...policies("Pods", 3), ...policies("Percent", 100)] } },
      8,
      "ScaleUpLimit",
    ],
  ])("%s", (_name, current, desired, behavior, replicas, reason) => {
    const { limited } = behave(input(current, desired, behavior));
    expect([limited.replicas, limited.reason]).toEqual([replicas, reason]);
  });

  it("shrinks only when five minutes have passed", () => {
    const { history, ...rest } = input(8, 3);
    history.recommend(7, NOW - 200 * SECOND, 300 * SECOND);
    const held = behave({ ...rest, history });
    expect([held.replicas, held.stabilized.reason]).toEqual([7, "ScaleDownStabilized"]);
    const later = behave({ ...rest, history, now: NOW + 101 * SECOND });
    expect([later.replicas, later.stabilized.reason]).toEqual([3, "ReadyForNewScale"]);
  });

  it("grows only to the lowest of its window", () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 60, policies: policies("Pods", 10) } };
    const { history, ...rest } = input(4, 9, behavior);
    history.recommend(5, NOW - 30 * SECOND, 300 * SECOND);
    const held = behave({ ...rest, history });
    expect([held.replicas, held.stabilized.reason]).toEqual([5, "ScaleUpStabilized"]);
  });

  it("counts what has been scaled in the period", () => {
    const behavior = { scaleUp: { ...steady, policies: policies("Pods", 4) } };
    const { history, ...rest } = input(6, 12, behavior);
    history.scaled(4, 6, NOW - 30 * SECOND, longestPeriod(rest.spec));
    expect(behave({ ...rest, history }).replicas).toBe(8);
    expect(behave({ ...rest, history, now: NOW + 60 * SECOND }).replicas).toBe(10);
  });
});
