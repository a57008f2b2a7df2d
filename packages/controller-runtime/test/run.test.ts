import { type KubernetesObject, type ResourceType, StatusError, type UserInfo } from "@pinnace/apimachinery";
import type { CacheEvent, Client, ClientFactory, Informer, InformerFactory } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import {
  type ControllerComponents,
  type ControllerDefinition,
  type ControllerFactory,
  createControllerManager,
  type RunningController,
  startController,
  watchOf,
} from "@pinnace/controller-runtime";
import { silentLogger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { Subject } from "rxjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let clock: VirtualClock;
let synced: PromiseWithResolvers<void>;
let events: Subject<CacheEvent<KubernetesObject>>;
let informer: Informer<KubernetesObject>;
let running: RunningController | undefined;

beforeEach(() => {
  clock = createVirtualClock();
  synced = Promise.withResolvers();
  events = new Subject();
  informer = {
    type: {} as ResourceType,
    lister: undefined as never,
    events,
    synced: true,
    whenSynced: () => synced.promise,
  };
});
afterEach(async () => {
  synced.resolve();
  await running?.stop();
  running = undefined;
});

function components(): ControllerComponents {
  return {
    client: {} as Client,
    informers: {} as InformerFactory,
    clock,
    logger: silentLogger,
    metrics: createMetricRegistry(),
    events: { event: () => undefined },
    random: () => 0,
  };
}

function start(definition: Omit<ControllerDefinition, "watches">, given = components()): void {
  const factory: ControllerFactory = {
    name: "test-controller",
    create: () => ({ watches: [watchOf(informer)], ...definition }),
  };
  running = startController(factory, given);
}

const add = (name: string): void =>
  events.next({ type: "add", object: { metadata: { namespace: "ns", name } }, initial: false });

describe("a running controller", () => {
  it("reconciles nothing before its informers have synced, then each key once", async () => {
    const seen: string[] = [];
    start({
      initialKeys: ["first"],
      reconcile: async (key) => {
        seen.push(key);
        return undefined;
      },
    });
    add("a");
    add("a");
    add("b");
    await clock.settle();
    expect(seen).toEqual([]);
    synced.resolve();
    await clock.settle();
    expect(seen).toEqual(["ns/a", "ns/b", "first"]);
  });

  it("works on as many keys at once as it may, and never on one twice", async () => {
    let now = 0;
    let most = 0;
    start({
      concurrency: 2,
      reconcile: async () => {
        most = Math.max(most, ++now);
        await clock.sleep(100);
        now--;
        return undefined;
      },
    });
    synced.resolve();
    for (const name of ["a", "b", "c", "a"]) add(name);
    await clock.advance(1000);
    expect(most).toBe(2);
  });

  it("backs off from failures and forgets them after success", async () => {
    const instants: number[] = [];
    start({
      reconcile: async () => {
        instants.push(clock.now());
        if (instants.length < 4) throw new Error("not yet");
        return undefined;
      },
    });
    synced.resolve();
    add("a");
    await clock.advance(10_000);
    expect(instants.slice(1).map((at, index) => at - instants[index]!)).toEqual([5, 10, 20]);
    add("a");
    await clock.settle();
    expect(instants).toHaveLength(5);
  });

  it("comes back when it asked to", async () => {
    let count = 0;
    start({
      reconcile: async () => {
        count++;
        return { requeueAfter: 1000 };
      },
    });
    synced.resolve();
    add("a");
    await clock.advance(3500);
    expect(count).toBe(4);
  });

  it("takes keys from its triggers", async () => {
    const triggers = new Subject<string>();
    const seen: string[] = [];
    start({
      triggers,
      reconcile: async (key) => {
        seen.push(key);
        return undefined;
      },
    });
    synced.resolve();
    triggers.next("t");
    await clock.settle();
    expect(seen).toEqual(["t"]);
  });

  it("aborts and waits for what is under way when it is stopped", async () => {
    let ended = false;
    start({
      reconcile: async (_, signal) => {
        await clock.sleep(60_000, signal).catch(() => undefined);
        ended = true;
        return undefined;
      },
    });
    synced.resolve();
    add("a");
    await clock.settle();
    await running?.stop();
    expect(ended).toBe(true);
    add("b");
    expect(clock.pending).toBe(0);
  });

  it("keeps upstream's work queue metrics", async () => {
    const given = components();
    start(
      {
        reconcile: async () => {
          throw new StatusError(409, "Conflict", "changed");
        },
      },
      given,
    );
    synced.resolve();
    add("a");
    await clock.advance(12);
    const text = given.metrics.expose();
    expect(text).toContain('workqueue_adds_total{name="test-controller"} 2');
    expect(text).toContain('workqueue_retries_total{name="test-controller"} 2');
    expect(text).toContain('workqueue_depth{name="test-controller"} 0');
    expect(text).toContain("workqueue_work_duration_seconds_bucket");
  });
});

describe("a controller manager", () => {
  it("gives each controller an identity of its own", async () => {
    const users: (UserInfo | undefined)[] = [];
    const clients: ClientFactory = {
      client: ({ program, user }) => {
        expect(program).toBe("kube-controller-manager");
        users.push(user);
        return {} as Client;
      },
    };
    const factory = (name: string, serviceAccount?: string): ControllerFactory => ({
      name,
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
      create: () => ({ watches: [], reconcile: async () => undefined }),
    });
    const { informers, logger, metrics, random } = components();
    const factories = [factory("a-controller"), factory("b-controller", "b"), factory("c-controller", "")];
    const manager = createControllerManager({ factories, clients, informers, clock, logger, metrics, random });
    expect(manager.names).toEqual(["a-controller", "b-controller", "c-controller"]);
    manager.start();
    await manager.stop();
    expect(users.map((user) => user?.name)).toEqual([
      "system:serviceaccount:kube-system:a-controller",
      "system:serviceaccount:kube-system:b",
      "system:kube-controller-manager",
    ]);
    expect(users[0]?.groups).toEqual([
      "system:serviceaccounts",
      "system:serviceaccounts:kube-system",
      "system:authenticated",
    ]);
  });
});
