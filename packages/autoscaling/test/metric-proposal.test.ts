import type { MetricSpec } from "@pinnace/api";
import { StatusError } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import { describe, expect, it } from "vitest";
import { createApiMetricsClient } from "../src/api-metrics-client.ts";
import { proposeReplicas, toleranceOf } from "../src/metric-proposal.ts";
import type { MetricsClient } from "../src/metrics-client.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");
const absent = new StatusError(404, "NotFound", "404 page not found");

function api(answer: (path: string) => unknown): Client {
  const refuse = (): never => {
    throw new Error("not a raw request");
  };
  return {
    resource: refuse,
    raw: async ({ path }) => {
      const object = answer(path);
      return { status: 200, headers: {}, object, bytes: refuse, chunks: refuse };
    },
  };
}

const nobody = createApiMetricsClient(
  api(() => {
    throw absent;
  }),
);

const pod = {
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", resources: { requests: { cpu: "1" } } }] },
  status: {
    phase: "Running",
    startTime: "2026-01-01T00:00:00Z",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:05Z" }],
  },
};

function propose(metric: MetricSpec, client: MetricsClient) {
  const tolerance = { scaleUp: 0.1, scaleDown: 0.1 };
  const place = { namespace: "ns", selector: "app=web", pods: [pod] };
  return proposeReplicas(metric, { ...place, client, tolerance, now: NOW, currentReplicas: 1, statusReplicas: 1 });
}

const average = { type: "AverageValue", averageValue: "10" };
const CPU: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
};
const PODS_METRIC: MetricSpec = { type: "Pods", pods: { metric: { name: "rps" }, target: average } };
const OBJECT: MetricSpec = {
  type: "Object",
  object: {
    describedObject: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "i" },
    metric: { name: "rps" },
    target: { type: "Value", value: "10" },
  },
};
const EXTERNAL: MetricSpec = {
  type: "External",
  external: { metric: { name: "q", selector: { matchLabels: { a: "b" } } }, target: average },
};

describe("without a metrics API", () => {
  const custom =
    "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
  it.each<[MetricSpec, string, string]>([
    [
      CPU,
      "FailedGetResourceMetric",
      "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
    ],
    [PODS_METRIC, "FailedGetPodsMetric", `unable to get metric rps: ${custom}`],
    [OBJECT, "FailedGetObjectMetric", `unable to get metric rps: Ingress on ns i/${custom}`],
    [
      EXTERNAL,
      "FailedGetExternalMetric",
      "unable to get external metric ns/q/&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get q.external.metrics.k8s.io)",
    ],
  ])("$type says so", async (metric, reason, message) => {
    expect(await propose(metric, nobody)).toMatchObject({ reason, message });
  });
});

describe("with a metrics API", () => {
  const timestamp = "2026-01-01T00:59:50Z";
  it.each<[MetricSpec, string, unknown, number, unknown]>([
    [
      CPU,
      "/apis/metrics.k8s.io/v1beta1/namespaces/ns/pods?labelSelector=app%3Dweb",
      { metadata: { name: "p" }, timestamp, window: "30s", containers: [{ name: "c", usage: { cpu: "1500m" } }] },
      3,
      { resource: { name: "cpu", current: { averageValue: "1500m", averageUtilization: 150 } } },
    ],
    [
      PODS_METRIC,
      "/apis/custom.metrics.k8s.io/v1beta2/namespaces/ns/pods/*/rps?labelSelector=app%3Dweb",
      { describedObject: { name: "p" }, timestamp, value: "25" },
      3,
      { pods: { metric: { name: "rps" }, current: { averageValue: "25" } } },
    ],
    [
      OBJECT,
      "/apis/custom.metrics.k8s.io/v1beta2/namespaces/ns/ingresses.networking.k8s.io/i/rps?",
      { timestamp, value: "40" },
      4,
      { object: { ...OBJECT.object, target: undefined, current: { value: "40" } } },
    ],
    [
      EXTERNAL,
      "/apis/external.metrics.k8s.io/v1beta1/namespaces/ns/q?labelSelector=a%3Db",
      { timestamp, value: "55" },
      6,
      { external: { metric: EXTERNAL.external?.metric, current: { averageValue: "55" } } },
    ],
  ])("$type counts", async (metric, path, item, replicas, status) => {
    const paths: string[] = [];
    const client = createApiMetricsClient(
      api((asked) => {
        paths.push(asked);
        return { items: [item] };
      }),
    );
    const proposal = await propose(metric, client);
    expect(paths).toEqual([path]);
    expect(proposal).toMatchObject({ replicas });
    expect(JSON.parse(JSON.stringify(proposal))).toMatchObject({ status: JSON.parse(JSON.stringify(status)) });
  });
});

it("tolerates a tenth unless told otherwise", () => {
  const spec = { maxReplicas: 1, scaleTargetRef: { kind: "Deployment", name: "d" } };
  expect(toleranceOf(spec)).toEqual({ scaleUp: 0.1, scaleDown: 0.1 });
  expect(toleranceOf({ ...spec, behavior: { scaleUp: { tolerance: "500m" } } })).toEqual({
    scaleUp: 0.5,
    scaleDown: 0.1,
  });
});
