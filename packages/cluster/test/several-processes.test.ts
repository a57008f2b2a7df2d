import { DEPLOYMENTS, type Deployment, PODS } from "@pinnace/api";
import { createRandom, createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { createMemoryStore, type Store, StoreError, type StoreEvent } from "@pinnace/store";
import { Observable } from "rxjs";
import { expect, it } from "vitest";
import { type Cluster, startCluster } from "../src/index.ts";

const SECOND = 1_000;

const web = (replicas: number) =>
  ({
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } },
    },
  }) as unknown as Deployment;

/** A store as one process sees it: after `cut` nothing of it can be reached, and the others go on. */
function connection(store: Store): { readonly store: Store; cut(): void } {
  let connected = true;
  const guard = <Result>(run: () => Promise<Result>): Promise<Result> =>
    connected ? run() : Promise.reject(new StoreError("UNAVAILABLE", "the store cannot be reached"));
  return {
    cut: () => {
      connected = false;
    },
    store: {
      read: (key) => guard(() => store.read(key)),
      list: (prefix, options) => guard(() => store.list(prefix, options)),
      commit: (transaction) => guard(() => store.commit(transaction)),
      compact: (revision) => guard(() => store.compact(revision)),
      revision: () => guard(() => store.revision()),
      requestProgress: () => guard(() => store.requestProgress()),
      close: async () => undefined,
      watch: (prefix, options) =>
        new Observable<StoreEvent>((subscriber) =>
          store.watch(prefix, options).subscribe({
            next: (event) => {
              if (connected) subscriber.next(event);
            },
            error: (error) => subscriber.error(error),
          }),
        ),
    },
  };
}

interface Process {
  readonly cluster: Cluster;
  readonly lost: unknown[];
  cut(): void;
}

async function start(name: string, memory: Store, clock: VirtualClock, nodes: number): Promise<Process> {
  const { store, cut } = connection(memory);
  const lost: unknown[] = [];
  const leaderElection = { identity: name, onLost: (error: unknown) => void lost.push(error) };
  const cluster = await startCluster({
    ...{ store, clock, nodes, leaderElection },
    random: createRandom(name),
    apiServer: { sharedStore: true },
  });
  return { cluster, lost, cut };
}

async function phases({ cluster }: Process): Promise<(string | undefined)[]> {
  const { items } = await cluster.client.resource(PODS).namespace("default").list();
  return items.filter((pod) => pod.metadata?.deletionTimestamp === undefined).map((pod) => pod.status?.phase);
}

it("runs controllers and scheduler in one of several processes, and in another when that one is cut off", async () => {
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const memory = createMemoryStore({ clock });
  const first = await start("first", memory, clock, 0);
  await clock.advance(SECOND);
  const second = await start("second", memory, clock, 2);
  await second.cluster.client.resource(DEPLOYMENTS).namespace("default").create(web(3));
  await clock.advance(10 * SECOND);
  expect(await phases(first)).toEqual(["Running", "Running", "Running"]);

  first.cut();
  await second.cluster.client
    .resource(DEPLOYMENTS)
    .namespace("default")
    .patch("web", { type: "merge", body: { spec: { replicas: 5 } } });
  await clock.advance(8 * SECOND);
  expect(await phases(second)).toHaveLength(3);
  await clock.advance(20 * SECOND);
  expect(await phases(second)).toEqual(Array.from({ length: 5 }, () => "Running"));
  expect(first.lost).toMatchObject([{ code: "LEADERSHIP_LOST" }, { code: "LEADERSHIP_LOST" }]);
  expect(second.lost).toEqual([]);
  await Promise.all([first.cluster.stop(), second.cluster.stop()]);
});

it("explains scheduling where the scheduler runs, and says elsewhere where that is", async () => {
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const memory = createMemoryStore({ clock });
  const first = await start("first", memory, clock, 0);
  await clock.advance(SECOND);
  const second = await start("second", memory, clock, 1);
  const path = "/apis/scheduling.pinnace.dev/v1/namespaces/default/schedulingexplanations";
  const ask = ({ cluster }: Process, body?: object): Promise<{ readonly object?: unknown }> =>
    cluster.client.raw(body === undefined ? { path } : { method: "POST", path: path.replace(/\w+$/, "whatifs"), body });
  await first.cluster.client.resource(DEPLOYMENTS).namespace("default").create(web(1));
  await clock.advance(8 * SECOND);
  expect((await ask(first)).object).toMatchObject({ items: [{ status: { attempts: [{ outcome: "Scheduled" }] } }] });
  const standby = {
    code: 503,
    status: {
      reason: "ServiceUnavailable",
      message: expect.stringContaining('"first" holds Lease kube-system/kube-sch'),
    },
  };
  await expect(ask(second)).rejects.toMatchObject(standby);
  await expect(ask(second, { ...web(1), apiVersion: "apps/v1", kind: "Deployment" })).rejects.toMatchObject(standby);

  await first.cluster.stop();
  await expect(ask(second)).rejects.toMatchObject({ status: { message: expect.stringContaining("nobody leads") } });
  await clock.advance(8 * SECOND);
  expect((await ask(second)).object).toMatchObject({ kind: "SchedulingExplanationList" });
  await second.cluster.stop();
});

it("gives its leases up when it stops, so that another need not wait", async () => {
  const clock = createVirtualClock({ start: Date.UTC(2026, 0, 1) });
  const memory = createMemoryStore({ clock });
  const first = await start("first", memory, clock, 0);
  await clock.advance(SECOND);
  const second = await start("second", memory, clock, 1);
  await first.cluster.stop();
  await second.cluster.client.resource(DEPLOYMENTS).namespace("default").create(web(1));
  await clock.advance(8 * SECOND);
  expect(await phases(second)).toEqual(["Running"]);
  expect(first.lost).toEqual([]);
  await second.cluster.stop();
});
