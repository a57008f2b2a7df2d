import { DEPLOYMENTS, NODES, PODS, type Pod } from "@pinnace/api";
import { expect, it } from "vitest";
import { createTestCluster, type HistoryEntry, type VirtualTestCluster } from "../src/index.ts";
import { deployment, running } from "./web.ts";

const SELECTION = { labelSelector: "app=web" };

/** A Deployment is created, scaled and rolled out, a container crashes again and again, a node dies and comes back. */
async function anHour(seed: number): Promise<{ history: readonly HistoryEntry[]; end: unknown }> {
  await using cluster = await createTestCluster({ clock: "virtual", seed, nodes: 3 });
  const start = cluster.clock.now();
  await cluster.apply(deployment("web", 3));
  await cluster.waitFor(PODS, SELECTION, (pods) => pods.length === 3 && running(pods));
  await cluster.apply(deployment("web", 5));
  await cluster.waitFor(DEPLOYMENTS, "web", ({ status }) => status?.readyReplicas === 5);
  await cluster.apply(deployment("web", 5, { image: "web:2" }));
  await cluster.waitFor(DEPLOYMENTS, "web", ({ status }) => status?.updatedReplicas === 5 && status.replicas === 5);
  await cluster.apply(crashing());
  await cluster.simulatedNodes.crash("sim-1");
  await cluster.runFor("20m");
  await cluster.simulatedNodes.restart("sim-1");
  await cluster.clock.advanceTo(start + 3_600_000);
  return { history: cluster.history(), end: await endOf(cluster) };
}

/** A pod whose container fails after ten seconds. */
function crashing(): Pod {
  const annotations = { "pinnace.io/simulation-run-seconds": "10", "pinnace.io/simulation-exit-code": "1" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "crashing", annotations },
    spec: { containers: [{ name: "app", image: "app:1" }], nodeName: "sim-0" },
  } as Pod;
}

/** What must be the same whatever the seed. */
async function endOf(cluster: VirtualTestCluster): Promise<unknown> {
  const { status } = await cluster.client.resource(DEPLOYMENTS).namespace("default").get("web");
  const pods = (await cluster.client.resource(PODS).namespace("default").list()).items;
  const nodes = (await cluster.client.resource(NODES).list()).items;
  const crashed = pods.find(({ metadata }) => metadata?.name === "crashing");
  return {
    replicas: [status?.replicas, status?.updatedReplicas, status?.readyReplicas],
    images: pods.filter(({ metadata }) => metadata?.labels?.app).map(({ spec }) => spec?.containers[0]?.image),
    restarts: crashed?.status?.containerStatuses?.[0]?.restartCount,
    ready: nodes.map((node) => node.status?.conditions?.find(({ type }) => type === "Ready")?.status),
  };
}

it("repeats an hour exactly with the same seed, and ends in the same state with another", async () => {
  const [first, second, other] = [await anHour(7), await anHour(7), await anHour(8)];
  expect(second.history.map(summary)).toEqual(first.history.map(summary));
  expect(second.history).toEqual(first.history);
  expect(other.history.map(summary)).not.toEqual(first.history.map(summary));
  expect(other.end).toEqual(first.end);
  expect(first.end).toMatchObject({
    replicas: [5, 5, 5],
    images: Array(5).fill("web:2"),
    ready: ["True", "True", "True"],
  });
  expect((first.end as { restarts: number }).restarts).toBeGreaterThan(8);
}, 120_000);

function summary({ time, type, kind, key }: HistoryEntry): string {
  return `${time} ${type} ${kind} ${key}`;
}

it("stands still until it is moved", async () => {
  await using cluster = await createTestCluster({ clock: "virtual" });
  const before = cluster.clock.now();
  await cluster.apply(deployment("web", 1));
  await cluster.advance(1500);
  expect(cluster.clock.now()).toBe(before + 1500);
  await expect(cluster.runFor("soon")).rejects.toMatchObject({ code: "INVALID_DURATION" });
});

it("gives up after the virtual time that it was told", async () => {
  await using cluster = await createTestCluster({ clock: "virtual", nodes: 0 });
  await cluster.apply(deployment("web", 1));
  const before = cluster.clock.now();
  const wait = cluster.waitFor(PODS, SELECTION, running, { timeout: 60_000 });
  await expect(wait).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(cluster.clock.now() - before).toBeLessThanOrEqual(60_000);
});
