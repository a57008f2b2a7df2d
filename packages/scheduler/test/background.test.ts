import { PODS } from "@pinnace/api";
import type { Background } from "@pinnace/scheduler-framework";
import { testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.ts";

describe("what a plugin does on the side", () => {
  it("follows the cluster until the scheduler goes on with another configuration, or stops", async () => {
    const backgrounds: Background[] = [];
    const seen: string[] = [];
    const cluster = new FakeCluster({
      Watcher: ({ background }) => {
        const name = `made ${backgrounds.push(background)}`;
        background.watch(PODS, ({ metadata }) => seen.push(`${name}: ${metadata?.name}`));
        return {};
      },
    });
    cluster.pods.put(testPod("early", { nodeName: "n" }));
    await cluster.clock.settle();
    expect(seen).toEqual([]); // on standby
    cluster.pods.remove("default/early");
    await cluster.scheduler.start();
    cluster.pods.put(testPod("a", { nodeName: "n" }));
    const plugins = { multiPoint: { enabled: [{ name: "Watcher" }] } };
    const profiles = [{ schedulerName: "default-scheduler", plugins }];
    const config = { profiles, percentageOfNodesToScore: 0, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10 };
    expect(() =>
      cluster.scheduler.reconfigure({
        ...config,
        profiles: [{ schedulerName: "x", plugins: { filter: { enabled: [{ name: "None" }] } } }],
      }),
    ).toThrow();
    expect(backgrounds.at(0)?.signal.aborted).toBe(false);
    cluster.scheduler.reconfigure(config);
    await cluster.clock.settle();
    cluster.pods.put(testPod("b", { nodeName: "n" }));
    expect(seen).toEqual(["made 1: a", "made 2: a", "made 2: b"]);
    expect(backgrounds.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await cluster.scheduler.stop();
    cluster.pods.put(testPod("c", { nodeName: "n" }));
    expect(seen).toHaveLength(3);
    expect(backgrounds.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });
});
