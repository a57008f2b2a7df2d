import { type SchedulerPlugin, SUCCESS, unschedulable } from "@pinnace/scheduler-framework";
import { testNode, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "./fake-cluster.ts";

/** The samples of some metrics, without histogram buckets. */
function samples(cluster: FakeCluster, ...names: readonly string[]): readonly string[] {
  const lines = cluster.metrics.expose().split("\n");
  return lines.filter(
    (line) => names.some((name) => line.startsWith(`scheduler_${name}`)) && !line.includes("_bucket"),
  );
}

async function started(plugins: Readonly<Record<string, SchedulerPlugin>> = {}): Promise<FakeCluster> {
  const cluster = new FakeCluster(plugins);
  cluster.nodes.put(testNode("a"));
  await cluster.scheduler.start();
  return cluster;
}

describe("the scheduler's metrics", () => {
  it("count who rejected the pods that wait, and what is in the cache", async () => {
    const cluster = await started({ Picky: { filter: () => unschedulable("no") } });
    cluster.pods.put(testPod("p"));
    cluster.pods.put(testPod("there", { nodeName: "a" }));
    await cluster.clock.advance(10);
    expect(samples(cluster, "unschedulable_pods", "cache_size", "pending_pods")).toEqual([
      'scheduler_cache_size{type="assumed_pods"} 0',
      'scheduler_cache_size{type="nodes"} 1',
      'scheduler_cache_size{type="pods"} 1',
      'scheduler_pending_pods{queue="active"} 0',
      'scheduler_pending_pods{queue="backoff"} 0',
      'scheduler_pending_pods{queue="unschedulable"} 1',
      'scheduler_pending_pods{queue="gated"} 0',
      'scheduler_unschedulable_pods{plugin="Picky",profile="default-scheduler"} 1',
    ]);
    await cluster.scheduler.stop();
  });

  it("tell how long pods wait for Permit, and how it ends", async () => {
    const permit: SchedulerPlugin = { permit: () => ({ status: { code: "Wait", reasons: [] }, timeout: 3_000 }) };
    const cluster = await started({ Slow: permit });
    cluster.pods.put(testPod("p"));
    await cluster.clock.advance(3_500);
    expect(samples(cluster, "permit_wait")).toEqual([
      'scheduler_permit_wait_duration_seconds_sum{result="Unschedulable"} 3',
      'scheduler_permit_wait_duration_seconds_count{result="Unschedulable"} 1',
    ]);
    await cluster.scheduler.stop();
  });

  it("count pods that only time brought back", async () => {
    let isOpen = false;
    const gate: SchedulerPlugin = {
      filter: () => (isOpen ? SUCCESS : unschedulable("closed")),
      eventsToRegister: () => [],
    };
    const cluster = await started({ Gate: gate });
    cluster.pods.put(testPod("p"));
    await cluster.clock.advance(1_000);
    isOpen = true;
    expect(samples(cluster, "pod_scheduled_after_flush")).toEqual(["scheduler_pod_scheduled_after_flush_total 0"]);
    await cluster.clock.advance(400_000);
    expect(cluster.pod("p")?.spec?.nodeName).toBe("a");
    expect(samples(cluster, "pod_scheduled_after_flush")).toEqual(["scheduler_pod_scheduled_after_flush_total 1"]);
    await cluster.scheduler.stop();
  });
});
