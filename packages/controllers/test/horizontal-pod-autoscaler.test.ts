import { DEPLOYMENTS, type Deployment, HORIZONTAL_POD_AUTOSCALERS, type HorizontalPodAutoscaler } from "@pinnace/api";
import type { MetricsClient } from "@pinnace/autoscaling";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deploymentController } from "../src/deployment/index.ts";
import { horizontalPodAutoscalerControllerWith } from "../src/podautoscaler/index.ts";
import { replicaSetController } from "../src/replicaset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;
let queue: number | undefined;

const unavailable = () => Promise.reject(new Error("not here"));
const metrics: MetricsClient = {
  resourceMetric: unavailable,
  podsMetric: unavailable,
  objectMetric: unavailable,
  externalMetric: async () => (queue === undefined ? unavailable() : [queue * 1000]),
};

beforeEach(async () => {
  queue = 10;
  const autoscaler = horizontalPodAutoscalerControllerWith(metrics);
  plane = await startControlPlane([deploymentController, replicaSetController, autoscaler]);
});
afterEach(() => plane.stop());

const labels = { app: "web" };
const web = (replicas: number): Deployment => ({
  metadata: { name: "web" },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
});

const external = (average: string) => ({
  type: "External",
  external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: average } },
});

const autoscaler = (name: string, spec: Partial<HorizontalPodAutoscaler["spec"]> = {}): HorizontalPodAutoscaler => ({
  metadata: { name },
  spec: {
    maxReplicas: 5,
    metrics: [external("10")],
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    ...spec,
  },
});

const size = async () => (await plane.get(DEPLOYMENTS, "web")).spec?.replicas;
const statusOf = async (name = "h") => (await plane.get(HORIZONTAL_POD_AUTOSCALERS, name)).status;
const reasons = async (name = "h") => (await statusOf(name))?.conditions?.map(({ reason }) => reason);

async function start(replicas: number, spec: Partial<HorizontalPodAutoscaler["spec"]> = {}): Promise<void> {
  await plane.create(DEPLOYMENTS, web(replicas));
  await plane.clock.settle();
  await plane.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("h", spec));
  await plane.clock.advance(15_000);
}

describe("an autoscaler", () => {
  it("grows its target with the load, and shrinks it five minutes later", async () => {
    await start(1);
    queue = 33;
    await plane.clock.advance(16_000);
    expect([await size(), (await statusOf())?.desiredReplicas]).toEqual([4, 4]);
    expect(await plane.events("HorizontalPodAutoscaler")).toEqual([
      "SuccessfulRescale: New size: 4; reason: external metric queue(nil) above target",
    ]);
    queue = 10;
    await plane.clock.advance(200_000);
    expect([await size(), (await reasons())?.[0]]).toEqual([4, "ScaleDownStabilized"]);
    await plane.clock.advance(150_000);
    expect(await size()).toBe(1);
  });

  it.each<[string, number, Partial<HorizontalPodAutoscaler["spec"]>, number, readonly string[]]>([
    ["keeps the bounds above", 8, {}, 5, ["SucceededRescale"]],
    ["keeps the bounds below", 1, { minReplicas: 3 }, 3, ["SucceededRescale"]],
    ["leaves a target of size 0 alone", 0, {}, 0, ["SucceededGetScale", "ScalingDisabled"]],
    [
      "knows a target that is not there",
      1,
      { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "absent" } },
      1,
      ["FailedGetScale"],
    ],
    [
      "takes the largest of its metrics",
      2,
      { metrics: [external("10"), external("4")] },
      3,
      ["SucceededRescale", "ValidMetricFound", "DesiredWithinRange"],
    ],
  ])("%s", async (_name, replicas, spec, expected, conditions) => {
    await start(replicas, spec);
    expect([await size(), await reasons()]).toEqual([expected, conditions]);
  });

  it("is looked at a period after its creation, and not before", async () => {
    await plane.create(DEPLOYMENTS, web(1));
    await plane.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("h", {}));
    await plane.clock.advance(14_000);
    expect((await statusOf())?.conditions).toBeUndefined();
    await plane.clock.advance(1_000);
    expect((await statusOf())?.conditions).toBeDefined();
  });

  it("says that a metric is not to be had, and changes nothing", async () => {
    queue = undefined;
    await start(2);
    expect(await size()).toBe(2);
    expect(await reasons()).toEqual(["SucceededGetScale", "FailedGetExternalMetric"]);
    expect(await plane.events("HorizontalPodAutoscaler")).toEqual([
      "FailedGetExternalMetric: unable to get external metric default/queue/nil: not here",
      "FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get queue external metric value: unable to get external metric default/queue/nil: not here",
    ]);
  });

  it("is ambiguous beside another one of the same pods", async () => {
    await start(1);
    await plane.create(HORIZONTAL_POD_AUTOSCALERS, autoscaler("i"));
    await plane.clock.advance(31_000);
    expect([(await reasons("h"))?.[1], (await reasons("i"))?.[1]]).toEqual(["AmbiguousSelector", "AmbiguousSelector"]);
    await plane.client.resource(HORIZONTAL_POD_AUTOSCALERS).namespace("default").delete("i");
    await plane.clock.advance(16_000);
    expect((await reasons("h"))?.[1]).toBe("ValidMetricFound");
  });
});
