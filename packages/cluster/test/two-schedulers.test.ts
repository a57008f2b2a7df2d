import { PODS } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import { createPluginRegistry, definePlugin, type PluginCandidate, type PluginDefinition } from "@pinnace/plugin";
import { createScheduler, createSchedulingEvents, type Scheduler } from "@pinnace/scheduler";
import {
  SCHEDULER_API_VERSION,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cluster, defaultSchedulerPlugins, startCluster } from "../src/index.ts";

/** The default plugins with a binder that takes its time, so that two may be on their way with the same pod. */
const slowPlugins: readonly PluginCandidate[] = defaultSchedulerPlugins.map((candidate) => {
  if ("error" in candidate) return candidate;
  const original = candidate.definition as PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin>;
  if (original.name !== "DefaultBinder") return candidate;
  const create = (components: SchedulerComponents, config: unknown): SchedulerPlugin => {
    const { bind } = original.create(components, config);
    return {
      bind: async (cycle, nodeName) => {
        await components.clock.sleep(20, cycle.signal);
        return bind!(cycle, nodeName);
      },
    };
  };
  return { ...candidate, definition: definePlugin({ ...original, create }) };
});

const plugins = createPluginRegistry(slowPlugins, {
  hosts: [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }],
});

/** A scheduler beside the cluster's own, which does not know of it. */
function another({ clients, informers, clock }: Cluster): Scheduler {
  const user = { name: "system:kube-scheduler", groups: ["system:authenticated"] };
  const client = clients.client({ program: "kube-scheduler", user });
  const events = createSchedulingEvents({ client, clock, controller: "default-scheduler" });
  return createScheduler({ client, informers, clock, events, plugins, random: () => 0.9 });
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pods" as const), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("replace" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), milliseconds: fc.nat(1_500) }) },
);

describe("two schedulers on one API server", () => {
  it("bind every pod, and none twice, while one of them is stopped and replaced", async () => {
    let collisions = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10, size: "max" }), async (steps) => {
        const clock = createVirtualClock();
        const starting = startCluster({ clock, nodes: 5, plugins: slowPlugins });
        await clock.settle();
        const cluster = await starting;
        const pods = cluster.client.resource(PODS).namespace("default");
        const [nodeOf, moved] = [new Map<string, string>(), [] as string[]];
        cluster.informers.informer(PODS).events.subscribe(({ object: { metadata, spec } }) => {
          const [uid, before] = [metadata?.uid ?? "", nodeOf.get(metadata?.uid ?? "")];
          if (before !== undefined && before !== spec?.nodeName) moved.push(`${metadata?.name}: ${before}`);
          if (spec?.nodeName) nodeOf.set(uid, spec.nodeName);
        });
        let second = another(cluster);
        await second.start();
        let count = 0;
        for (const each of steps) {
          if (each.do === "pods") {
            const containers = [{ name: "c", image: "i", resources: { requests: { cpu: "10m" } } }];
            const names = Array.from({ length: each.count }, () => `p${count++}`);
            // Both schedulers see them before either has bound one.
            await Promise.all(names.map((name) => pods.create({ metadata: { name }, spec: { containers } } as never)));
          } else if (each.do === "wait") await clock.advance(each.milliseconds);
          else if (each.do === "replace") {
            const stopping = second.stop();
            await clock.settle();
            await stopping;
            second = another(cluster);
            await second.start();
          } else {
            const { items } = await pods.list();
            const name = items[each.index]?.metadata?.name;
            if (name !== undefined) await pods.delete(name);
          }
        }
        await clock.advance(120_000);
        const waiting = (await pods.list()).items.filter(({ spec }) => !spec?.nodeName);
        expect(waiting.map(({ metadata }) => metadata?.name)).toEqual([]);
        expect(moved).toEqual([]);
        if (/schedule_attempts_total{.*result="error"}/.test(cluster.metrics.component("scheduler").expose()))
          collisions += 1;
        const stopping = [second.stop(), cluster.stop()];
        await clock.settle();
        await Promise.all(stopping);
      }),
      { numRuns: 12 },
    );
    expect(collisions, "the schedulers never came to bind the same pod").toBeGreaterThan(0);
  }, 60_000);
});
