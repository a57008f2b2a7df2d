import type { Conversion } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { autoscalingV1Conversion } from "../src/conversion-autoscaling.ts";
import { eventsConversion } from "../src/conversion-events.ts";
import {
  resourceClaimConversion,
  resourceClaimTemplateConversion,
  resourceSliceConversion,
} from "../src/conversion-resource.ts";
import type { Json } from "./recorded-objects.ts";

function converted(conversion: Conversion, direction: keyof Conversion, object: Json): Json {
  const draft = structuredClone(object);
  conversion[direction](draft);
  return draft;
}

describe("events.k8s.io/v1 Event", () => {
  const event = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "e" },
    regarding: { kind: "Pod", name: "p" },
    note: "text",
    reason: "Why",
    reportingController: "c",
    reportingInstance: "i",
    deprecatedCount: 2,
    deprecatedSource: { component: "c" },
    deprecatedFirstTimestamp: null,
  };
  const stored = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "p" },
    message: "text",
    reason: "Why",
    reportingComponent: "c",
    reportingInstance: "i",
    count: 2,
    source: { component: "c" },
    firstTimestamp: null,
  };

  it("is stored under the names of the core group", () => {
    expect(converted(eventsConversion, "toStorage", event)).toEqual(stored);
    expect(converted(eventsConversion, "fromStorage", stored)).toEqual(event);
  });
});

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };

function v2(spec: Json, status?: Json): Json {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "a" },
    spec: { scaleTargetRef: target, maxReplicas: 3, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } };

describe("autoscaling/v1 HorizontalPodAutoscaler", () => {
  it("keeps the utilization of the processor in a field", () => {
    const old = converted(autoscalingV1Conversion, "fromStorage", v2({ metrics: [cpu] }));
    expect(old.spec).toEqual({ scaleTargetRef: target, maxReplicas: 3, targetCPUUtilizationPercentage: 70 });
    expect(old.metadata.annotations).toBeUndefined();
  });

  const metrics: readonly Json[] = [
    { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
    {
      type: "Pods",
      pods: {
        metric: { name: "m", selector: { matchLabels: { a: "b" } } },
        target: { type: "AverageValue", averageValue: "5" },
      },
    },
    {
      type: "Object",
      object: { describedObject: target, metric: { name: "m" }, target: { type: "Value", value: "5" } },
    },
    { type: "External", external: { metric: { name: "q" }, target: { type: "AverageValue", averageValue: "5" } } },
    {
      type: "ContainerResource",
      containerResource: { name: "cpu", container: "c", target: { type: "Utilization", averageUtilization: 5 } },
    },
  ];

  it.each(metrics.map((metric) => [metric.type, metric]))(
    "carries a %s metric through an annotation",
    (_type, metric) => {
      const object = v2({ metrics: [metric, cpu] });
      const old = converted(autoscalingV1Conversion, "fromStorage", object);
      expect(Object.keys(old.metadata.annotations)).toEqual(["autoscaling.alpha.kubernetes.io/metrics"]);
      expect(converted(autoscalingV1Conversion, "toStorage", old)).toEqual(object);
    },
  );

  it("reads an autoscaler that has no metrics yet", () => {
    const object = v2({ metrics: null }, { desiredReplicas: 0, currentMetrics: null, conditions: null });
    const old = converted(autoscalingV1Conversion, "fromStorage", object);
    expect(old.status).toEqual({ currentReplicas: 0, desiredReplicas: 0 });
    expect(old.metadata.annotations).toBeUndefined();
  });

  it("prints the values that v1 never leaves out", () => {
    const source = {
      describedObject: target,
      metric: { name: "m" },
      target: { type: "AverageValue", averageValue: "5" },
    };
    const object = v2({ metrics: [{ type: "Object", object: source }] });
    const old = converted(autoscalingV1Conversion, "fromStorage", object);
    expect(JSON.parse(old.metadata.annotations["autoscaling.alpha.kubernetes.io/metrics"])).toEqual([
      { type: "Object", object: { target, metricName: "m", targetValue: "0", averageValue: "5" } },
    ]);
    expect(converted(autoscalingV1Conversion, "toStorage", old)).toEqual(object);
  });

  it("makes a current metric of a utilization that a v1 client reports", () => {
    const old = { ...v2({}), apiVersion: "autoscaling/v1", status: { currentCPUUtilizationPercentage: 7 } };
    expect(converted(autoscalingV1Conversion, "toStorage", old).status).toEqual({
      currentMetrics: [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: 7 } } }],
    });
  });

  it("carries behavior, conditions and current metrics through annotations", () => {
    const behavior = {
      scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: "Pods", value: 1, periodSeconds: 5 }] },
    };
    const status = {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 5, averageValue: "1m" } } },
      ],
      conditions: [{ type: "AbleToScale", status: "True" }],
    };
    const object = v2({ behavior }, status);
    const old = converted(autoscalingV1Conversion, "fromStorage", object);
    expect(old.status).toEqual({ currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 5 });
    expect(JSON.parse(old.metadata.annotations["autoscaling.alpha.kubernetes.io/behavior"])).toEqual({
      ScaleDown: { StabilizationWindowSeconds: 60, Policies: [{ Type: "Pods", Value: 1, PeriodSeconds: 5 }] },
    });
    expect(converted(autoscalingV1Conversion, "toStorage", old)).toEqual(object);
  });
});

describe("resource.k8s.io/v1beta1", () => {
  const devices = {
    requests: [
      { name: "a", deviceClassName: "c", count: 2 },
      { name: "b", firstAvailable: [{ name: "x", deviceClassName: "c" }] },
    ],
  };
  const stored = {
    requests: [
      { name: "a", exactly: { deviceClassName: "c", count: 2 } },
      { name: "b", firstAvailable: [{ name: "x", deviceClassName: "c" }] },
    ],
  };
  const cases: readonly (readonly [string, Conversion, Json, Json])[] = [
    ["ResourceClaim", resourceClaimConversion, { spec: { devices } }, { spec: { devices: stored } }],
    [
      "ResourceClaimTemplate",
      resourceClaimTemplateConversion,
      { spec: { spec: { devices } } },
      { spec: { spec: { devices: stored } } },
    ],
    [
      "ResourceSlice",
      resourceSliceConversion,
      { spec: { devices: [{ name: "d", basic: { attributes: { a: { int: 1 } } } }] } },
      { spec: { devices: [{ name: "d", attributes: { a: { int: 1 } } }] } },
    ],
  ];

  it.each(cases)("%s is stored as v1", (kind, conversion, older, newer) => {
    const object = { apiVersion: "resource.k8s.io/v1beta1", kind, ...older };
    const expected = { apiVersion: "resource.k8s.io/v1", kind, ...newer };
    expect(converted(conversion, "toStorage", object)).toEqual(expected);
    expect(converted(conversion, "fromStorage", expected)).toEqual(object);
  });
});
