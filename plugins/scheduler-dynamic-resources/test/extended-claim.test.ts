import type { ResourceClaim } from "@pinnace/api";
import { createMetricRegistry } from "@pinnace/metrics";
import {
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { expect, it } from "vitest";
import plugin from "../src/index.ts";

const reader = testReader({
  deviceclasses: [{ metadata: { name: "gpu" }, spec: { extendedResourceName: "example.com/gpu" } }],
  resourceslices: [
    {
      metadata: { name: "s" },
      spec: {
        ...{ driver: "d", nodeName: "a", pool: { name: "p", generation: 1, resourceSliceCount: 1 } },
        devices: [{ name: "d0" }],
      },
    },
  ],
});
const containers = [{ name: "c", resources: { requests: { "example.com/gpu": "1" } } }];
const pod = testPod("p", { containers });
const nodes = [testNodeInfo(testNode("a"))];

it.each([
  { what: "made", fails: false, status: "success" },
  { what: "refused", fails: true, status: "failure" },
])("counts claims for extended resources that are $what", async ({ fails, status }) => {
  const metrics = createMetricRegistry();
  const created: string[] = [];
  const writer = {
    ...testComponents().writer,
    create: async <T>(_type: unknown, object: T): Promise<T> => {
      if (fails) throw new Error("quota");
      const { metadata } = object as ResourceClaim;
      created.push(metadata?.generateName ?? "");
      return { ...object, metadata: { ...metadata, name: "made", uid: "made" } };
    },
  };
  const instance = plugin.create(testComponents({ reader, writer, metrics }), {});
  const cycle = testCycle(pod, nodes);
  expect(instance.preFilter!(cycle).status.code).toBe("Success");
  expect(instance.filter!(cycle, nodes[0]!).code).toBe("Success");
  await instance.reserve!(cycle, "a");
  const bound = instance.preBind!(cycle, "a");
  if (fails) await expect(bound).rejects.toThrow("quota");
  else expect((await bound).code).toBe("Success");
  expect(created).toEqual(fails ? [] : ["p-extended-resources-"]);
  expect(metrics.expose()).toContain(`scheduler_resourceclaim_creates_total{status="${status}"} 1`);
});
