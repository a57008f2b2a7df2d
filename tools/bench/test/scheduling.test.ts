import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSchedulerPlugins } from "@pinnace/cluster";
import { definePlugin, type PluginDefinition } from "@pinnace/plugin";
import { SCHEDULER_PLUGIN_TYPE, SUCCESS } from "@pinnace/scheduler-framework";
import { describe, expect, it } from "vitest";
import type { ClusterCalls, SeenPod } from "../src/scheduling/cluster-calls.ts";
import { localCalls } from "../src/scheduling/local-calls.ts";
import { PLAIN } from "../src/scheduling/objects.ts";
import { runWorkload } from "../src/scheduling/run-workload.ts";
import { tableCalls } from "../src/scheduling/table-calls.ts";
import { amountOf } from "../src/scheduling/verify.ts";
import type { Workload, WorkloadResult } from "../src/scheduling/workload.ts";
import { schedulerPerfWorkloads } from "../src/scheduling/workloads.ts";

const workload = (pods: number, nodes: number): Workload => ({
  name: "test",
  steps: [
    { do: "nodes", count: nodes },
    { do: "pods", count: pods, template: PLAIN, measured: true },
  ],
});

type Bind = (pod: SeenPod, index: number, say: (pod: SeenPod) => void) => void;

const on = (pod: SeenPod, nodeName: string): SeenPod => ({ ...pod, spec: { ...pod.spec, nodeName } });

/** A cluster whose scheduler is a function. */
function cluster(bind: Bind): ClusterCalls {
  const [pods, nodes]: [Map<string, SeenPod>, object[]] = [new Map(), []];
  let onPod: (pod: SeenPod) => void = () => undefined;
  const say = (pod: SeenPod): void => {
    pods.set(pod.metadata.name, pod);
    onPod(pod);
  };
  const post = (path: string, body: object): unknown => {
    if (path.endsWith("/nodes")) {
      const { status } = body as { status: { capacity: object } };
      nodes.push({ ...body, status: { ...status, allocatable: status.capacity } });
      return body;
    }
    if (!path.endsWith("/pods")) return body;
    const { metadata, spec } = body as SeenPod;
    const pod = { metadata: { ...metadata, namespace: "default", uid: metadata.name }, spec };
    pods.set(metadata.name, pod);
    bind(pod, pods.size, say);
    return undefined;
  };
  return {
    call: async (method, path, body) => {
      if (method === "POST") return post(path, body!);
      const kind = path.split("?")[0]!.split("/").at(-1);
      const items = kind === "pods" ? [...pods.values()] : kind === "nodes" ? nodes : [{}];
      return { items, metadata: {} };
    },
    watchPods: async (listener) => {
      onPod = listener;
    },
    memory: () => 0,
    close: async () => undefined,
  };
}

const PATIENCE = 50;

describe("a workload", () => {
  it("counts the pods that were bound", async () => {
    const good = cluster((pod, index, say) => say(on(pod, `node-0-${index % 2}`)));
    expect(await runWorkload(good, workload(6, 2), PATIENCE)).toMatchObject({ pods: 6 });
  });

  it.each<[string, RegExp, Bind]>([
    ["a pod is lost", /were not all placed/, (pod, index, say) => index !== 3 && say(on(pod, "node-0-0"))],
    [
      "a pod is bound twice",
      /was on node-0-0 and then on node-0-1/,
      (pod, index, say) => {
        if (index === 6) say(on(pod, "node-0-0"));
        say(on(pod, index === 6 ? "node-0-1" : "node-0-0"));
        if (index < 6) return;
        say(on(pod, "node-0-0"));
      },
    ],
    [
      "a node has more than it can take",
      /node-0-0 has .* cpu of 4 in use/,
      (pod, _index, say) => say(on(pod, "node-0-0")),
    ],
  ])("fails when %s", async (what, message, bind) => {
    const count = what.includes("more") ? 41 : 6;
    await expect(runWorkload(cluster(bind), workload(count, 2), PATIENCE)).rejects.toThrow(message);
  });
});

describe("a scheduler alone", () => {
  it.each(["SchedulingBasic", "PreemptionBasic", "TopologySpreading", "SchedulingCSIPVs", "SchedulingWhileGated"])(
    "runs %s",
    async (name) => {
      const all = schedulerPerfWorkloads((count) => Math.ceil(count / 1_000));
      const calls = await tableCalls();
      const found = all.find((each) => each.name.startsWith(`${name}/`))!;
      const { pods, processor } = await runWorkload(calls, found);
      await calls.close();
      expect(pods).toBeGreaterThan(0);
      expect(processor).toBeGreaterThan(0);
    },
  );
});

describe("scheduler_perf's workloads", () => {
  it("have names of their own, and each measures something once", () => {
    const all = schedulerPerfWorkloads((count) => count);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { steps } of all) expect(steps.filter((step) => "measured" in step && step.measured).length).toBe(1);
  });
});

it.each([
  ["100m", 0.1],
  ["4", 4],
  ["100k", 100_000],
  ["500Mi", 524_288_000],
])("the quantity %s is %d", (text, amount) => expect(amountOf(text)).toBeCloseTo(amount));

/** Takes a millisecond for each node that it looks at. */
const slow: PluginDefinition = definePlugin({
  type: SCHEDULER_PLUGIN_TYPE,
  name: "Slow",
  apiRange: "^1.0.0",
  create: () => ({
    filter: () => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      return SUCCESS;
    },
  }),
}) as PluginDefinition;

const slowProfile = {
  profiles: [{ schedulerName: "default-scheduler", plugins: { filter: { enabled: [{ name: "Slow" }] } } }],
  ...{ percentageOfNodesToScore: 0, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10 },
};

it("shows a plugin that takes its time", async () => {
  const run = async (change: Parameters<typeof localCalls>[1]): Promise<WorkloadResult> => {
    const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
    const calls = await localCalls(folder, change);
    const result = await runWorkload(calls, workload(40, 20));
    await calls.close();
    rmSync(folder, { recursive: true });
    return result;
  };
  await run({});
  const quick = await run({});
  const plugins = [...defaultSchedulerPlugins, { source: "test", definition: slow }];
  const slowed = await run({ plugins, scheduler: slowProfile as never });
  expect(slowed.elapsed).toBeGreaterThan(40 * 20);
  expect(quick.throughput / slowed.throughput).toBeGreaterThan(1.5);
}, 60_000);
