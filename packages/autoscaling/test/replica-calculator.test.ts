import type { Pod } from "@pinnace/api";
import { describe, expect, it } from "vitest";
import { podRequests } from "../src/pod-requests.ts";
import {
  replicasForAverage,
  replicasForShare,
  replicasForTotal,
  replicasForUtilization,
} from "../src/replica-calculator.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const TOLERANCE = { scaleUp: 0.1, scaleDown: 0.1 };

type State = "ready" | "unready" | "pending" | "failed" | "warming" | "terminating";

function pod(name: string, state: State): Pod {
  const startTime = state === "warming" ? "2026-01-01T00:59:00Z" : "2026-01-01T00:00:00Z";
  const lastTransitionTime = state === "warming" ? "2026-01-01T00:59:50Z" : "2026-01-01T00:00:05Z";
  const status = state === "unready" ? "False" : "True";
  const phase = state === "pending" ? "Pending" : state === "failed" ? "Failed" : "Running";
  return {
    metadata: { name, ...(state === "terminating" ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
    spec: { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }] },
    status: { phase, startTime, conditions: [{ type: "Ready", status, lastTransitionTime }] },
  };
}

/** Pods of the given states; those with usage have a metric. */
function scene(states: readonly State[], usage: readonly (number | undefined)[], currentReplicas = states.length) {
  const pods = states.map((state, index) => pod(`p${index}`, state));
  const metrics = new Map(
    usage.flatMap((value, index) =>
      value === undefined ? [] : [[`p${index}`, { value, timestamp: NOW, window: 60_000 }] as const],
    ),
  );
  return { target: { currentReplicas, pods, tolerance: TOLERANCE, now: NOW }, metrics, pods };
}

describe("replicas for a utilization of the CPU requests", () => {
  it.each<[string, readonly State[], readonly (number | undefined)[], number, number]>([
    ["grow with the usage", ["ready", "ready", "ready"], [300, 500, 700], 30, 5],
    ["shrink with the usage", ["ready", "ready", "ready", "ready"], [300, 300, 300, 300], 60, 2],
    ["stay within the tolerance", ["ready", "ready"], [520, 520], 50, 2],
    ["ignore pods that failed", ["ready", "ready", "failed"], [600, 600, undefined], 30, 4],
    ["ignore pods that go", ["ready", "ready", "terminating"], [600, 600, 9000], 30, 4],
    ["count pending pods as idle when growing", ["ready", "ready", "pending"], [900, 900, undefined], 30, 6],
    ["count pods that were never ready as idle", ["ready", "unready"], [600, 5000], 30, 2],
    ["count pods that warm up as idle", ["ready", "ready", "warming"], [900, 900, 9000], 30, 6],
    ["count missing pods as idle when growing", ["ready", "ready", "ready"], [900, 900, undefined], 30, 6],
    ["count missing pods as busy when shrinking", ["ready", "ready", "ready"], [100, 100, undefined], 60, 2],
    ["stay when that turns the direction", ["ready", "ready"], [400, undefined], 60, 2],
  ])("%s", (_name, states, usage, percent, replicas) => {
    const { target, metrics, pods } = scene(states, usage);
    expect(replicasForUtilization(target, metrics, "cpu", podRequests(pods, "cpu"), percent).replicas).toBe(replicas);
  });

  it.each<[string, readonly State[], readonly (number | undefined)[], string]>([
    ["no pods", [], [], "no pods returned by selector while calculating replica count"],
    ["no usage", ["ready"], [undefined], "did not receive metrics for targeted pods (pods might be unready)"],
    ["no ready pod", ["pending"], [500], "did not receive metrics for targeted pods (pods might be unready)"],
  ])("are not known with %s", (_name, states, usage, message) => {
    const { target, metrics, pods } = scene(states, usage);
    expect(() => replicasForUtilization(target, metrics, "cpu", podRequests(pods, "cpu"), 50)).toThrow(message);
  });

  it("say the utilization and the average", () => {
    const { target, metrics, pods } = scene(["ready", "ready"], [300, 500]);
    const { usage } = replicasForUtilization(target, metrics, "cpu", podRequests(pods, "cpu"), 40);
    expect(usage).toEqual({ ratio: 1, utilization: 40, average: 400 });
  });
});

describe("requests", () => {
  it("must be there", () => {
    const without: Pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c" }] } };
    expect(() => podRequests([without], "cpu")).toThrow("missing request for cpu in container c of Pod p");
  });

  it("add up, sidecars included", () => {
    const requests = { requests: { cpu: "100m" } };
    const spec: NonNullable<Pod["spec"]> = {
      containers: [{ name: "a", resources: requests }],
      initContainers: [
        { name: "i", resources: requests },
        { name: "s", restartPolicy: "Always", resources: requests },
      ],
    };
    const pods: Pod[] = [{ metadata: { name: "p" }, spec }];
    expect(podRequests(pods, "cpu").get("p")).toBe(200);
    expect(podRequests(pods, "cpu", "s").get("p")).toBe(100);
    const whole = [{ ...pods[0], spec: { ...spec, resources: { requests: { cpu: "3" } } } }];
    expect(podRequests(whole, "cpu").get("p")).toBe(3000);
  });
});

describe("replicas for an average value", () => {
  it.each<[readonly (number | undefined)[], number, number]>([
    [[20_000, 20_000], 10_000, 4],
    [[5000, 5000], 10_000, 1],
    [[10_500, 10_500], 10_000, 2],
    [[20_000, undefined], 10_000, 2],
  ])("%j for %d: %d", (usage, average, replicas) => {
    const { target, metrics } = scene(["ready", "ready"], usage);
    expect(replicasForAverage(target, metrics, "", average).replicas).toBe(replicas);
  });
});

describe("replicas for one number", () => {
  it.each([
    [2, 40_000, 10_000, 8],
    [2, 10_500, 10_000, 2],
    [0, 25_000, 10_000, 3],
  ])("of %d, %d used of %d wanted in all: %d", (current, used, wanted, replicas) => {
    const { target } = scene(["ready", "ready"], [], current);
    expect(replicasForTotal(target, used, wanted).replicas).toBe(replicas);
  });

  it.each([
    [2, 90_000, 30_000, 3],
    [3, 92_000, 30_000, 3],
    [5, 0, 30_000, 0],
    [0, 90_000, 30_000, 3],
  ])("of %d, %d used of %d wanted per pod: %d", (current, used, wanted, replicas) => {
    expect(replicasForShare({ tolerance: TOLERANCE }, current, used, wanted).replicas).toBe(replicas);
  });
});
