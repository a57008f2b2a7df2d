import { DEPLOYMENTS, PODS } from "@pinnace/api";
import { createVirtualClock } from "@pinnace/clock";
import { createMemoryStore, type Store } from "@pinnace/store";
import { expect, it } from "vitest";
import { createTestCluster, type VirtualTestCluster } from "../src/index.ts";
import { deployment, running } from "./web.ts";

const web = { labelSelector: "app=web" };
const podsOf = async (cluster: VirtualTestCluster, count: number) =>
  cluster.waitFor(PODS, web, (all) => all.length === count && running(all));
const describePods = (pods: Awaited<ReturnType<typeof podsOf>>) =>
  pods.map(({ metadata, spec }) => [metadata?.name, metadata?.uid, spec?.nodeName]).toSorted();

it("forks a cluster: the same objects at the same instant, then two ways", async () => {
  await using cluster = await createTestCluster({ clock: "virtual", seed: 5, nodes: 2 });
  await cluster.apply(deployment("web", 3));
  const before = describePods(await podsOf(cluster, 3));
  await using fork = await cluster.fork();
  expect(fork.clock.now()).toBe(cluster.clock.now());
  expect(describePods(await podsOf(fork, 3))).toEqual(before);
  const scale = (replicas: number) => ({ type: "merge", body: { spec: { replicas } } }) as const;
  await fork.client.resource(DEPLOYMENTS).namespace("default").patch("web", scale(5));
  const after = describePods(await podsOf(fork, 5));
  expect(after).toEqual(expect.arrayContaining(before));
  expect(new Set(after.map(([, uid]) => uid)).size).toBe(5);
  await cluster.runFor("1m");
  expect(describePods(await podsOf(cluster, 3))).toEqual(before);
  await fork.stop();
  await cluster.client.resource(DEPLOYMENTS).namespace("default").patch("web", scale(1));
  expect(await podsOf(cluster, 1)).toHaveLength(1);
});

it("forks a fork, and repeats", async () => {
  const run = async (): Promise<string[]> => {
    await using cluster = await createTestCluster({ clock: "virtual", seed: 6, nodes: 1 });
    await using fork = await cluster.fork();
    await using second = await fork.fork();
    await second.apply(deployment("web", 2));
    return describePods(await podsOf(second, 2)).map(String);
  };
  expect(await run()).toEqual(await run());
});

it("says that a cluster whose store is not in memory cannot be forked", async () => {
  const memory = createMemoryStore({ clock: createVirtualClock() });
  const store: Store = {
    read: (key) => memory.read(key),
    list: (prefix, options) => memory.list(prefix, options),
    commit: (transaction) => memory.commit(transaction),
    watch: (prefix, options) => memory.watch(prefix, options),
    compact: (revision) => memory.compact(revision),
    revision: () => memory.revision(),
    requestProgress: () => memory.requestProgress(),
    close: () => memory.close(),
  };
  await using cluster = await createTestCluster({ clock: "virtual", nodes: 0, store });
  await expect(cluster.fork()).rejects.toMatchObject({ code: "NO_FORK" });
});
