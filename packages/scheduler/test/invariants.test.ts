import { NODES, type Node, PODS, type Pod } from "@pinnace/api";
import { conflict, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory, ResourceClient } from "@pinnace/client";
import { createVirtualClock } from "@pinnace/clock";
import { createCycleState, createNodeInfo, createPodInfo, createSnapshot, withPod } from "@pinnace/scheduler-framework";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNode } from "../src/find-node.ts";
import { createScheduler, createSchedulingEvents, type Scheduler } from "../src/index.ts";
import { Nominations } from "../src/nominations.ts";
import { defaultPlugins, newProfile } from "./default-profile.ts";
import { Table } from "./fake-cluster.ts";
import { nodeOf, nodeShape, type PodKind, podKinds, podOf } from "./random-cluster.ts";

const CONFIG = { schedulerName: "default-scheduler" };

/** A cluster in tables, whose schedulers may fail to write, or crash. Every binding is looked at. */
class TrialCluster {
  readonly clock = createVirtualClock();
  readonly pods = new Table<Pod>(PODS);
  readonly nodes = new Table<Node>(NODES);
  readonly #others = new Map<string, Table<never>>();
  /** Bindings that a filter rejects. */
  readonly faults: string[] = [];
  /** Bindings that fail from now on. */
  failures = 0;
  scheduler: Scheduler | undefined;
  #generation = 0;

  /** A new scheduler; one that was there crashes: it writes nothing more. */
  async start(): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    const client = {
      resource: (type: ResourceType<KubernetesObject>) => this.#client(type, () => generation === this.#generation),
    } as unknown as Client;
    void this.scheduler?.stop();
    this.scheduler = createScheduler({
      client,
      informers: { informer: (type: ResourceType<never>) => this.#table(type) } as unknown as InformerFactory,
      clock: this.clock,
      events: createSchedulingEvents({ client, clock: this.clock, controller: "default-scheduler" }),
      plugins: defaultPlugins,
      random: () => 0.5,
    });
    await this.scheduler.start();
  }

  /** Another writer gives a pod its node. */
  assign(pod: Pod, nodeName: string): void {
    this.pods.put({ ...pod, spec: { ...pod.spec, nodeName } } as Pod);
  }

  /** What the plugins say about a pod as things are, asked one by one. */
  verdict(pod: Pod): ReturnType<typeof findNode> {
    const bound = this.pods.lister
      .list()
      .filter(({ spec, metadata }) => spec?.nodeName && metadata?.uid !== pod.metadata?.uid);
    const infos = this.nodes.lister.list().map((node) => {
      const own = bound.filter(({ spec }) => spec?.nodeName === node.metadata?.name);
      return own.reduce((info, each) => withPod(info, createPodInfo(each)), createNodeInfo(node));
    });
    return findNode(
      {
        state: createCycleState(),
        pod: createPodInfo(pod),
        snapshot: createSnapshot(1, infos),
        signal: new AbortController().signal,
      },
      { profile: newProfile(CONFIG), nominations: new Nominations(), percentage: 100, startIndex: 0, random: () => 0 },
    );
  }

  #bind(name: string, namespace: string, nodeName: string): void {
    const pod = this.pods.objects.get(`${namespace}/${name}`);
    if (pod === undefined || pod.spec?.nodeName) throw conflict("", "pods/binding", name, "is already assigned");
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("the server did not answer");
    }
    const verdict = this.verdict(pod);
    const rejections = verdict.type === "found" ? verdict.rejections : undefined;
    const reasons = rejections === undefined ? ["nothing fits"] : rejections.get(nodeName)?.reasons;
    // Thrown here it would be one more binding that fails.
    if (reasons !== undefined) this.faults.push(`${name} on ${nodeName}: ${reasons.join(", ")}`);
    this.assign(pod, nodeName);
  }

  #table<T extends KubernetesObject>(type: ResourceType<T>): Table<T> {
    if ((type as unknown) === PODS) return this.pods as unknown as Table<T>;
    if ((type as unknown) === NODES) return this.nodes as unknown as Table<T>;
    const table = this.#others.get(type.resource) ?? (new Table(type) as unknown as Table<never>);
    this.#others.set(type.resource, table);
    return table as unknown as Table<T>;
  }

  #client<T extends KubernetesObject>(
    type: ResourceType<T>,
    isAlive: () => boolean,
    namespace = "",
  ): ResourceClient<T> {
    const table = this.#table(type);
    const guarded =
      <Args extends readonly never[]>(write: (...args: Args) => unknown) =>
      async (...args: Args): Promise<unknown> => {
        if (!isAlive()) throw new Error("crashed");
        return write(...args);
      };
    return {
      namespace: (name: string) => this.#client(type, isAlive, name),
      create: guarded((object: T) => table.put(object)),
      patch: guarded((name: string, { body }: { body: { status?: object } }) => {
        const object = table.objects.get(`${namespace}/${name}`) as (T & { status?: object }) | undefined;
        if (object !== undefined) table.put({ ...object, ...body, status: { ...object.status, ...body.status } });
      }),
      delete: guarded((name: string) => table.remove(`${namespace}/${name}`)),
      subresource: guarded((name: string, _sub: string, { body }: { body: { target: { name: string } } }) =>
        this.#bind(name, namespace, body.target.name),
      ),
    } as unknown as ResourceClient<T>;
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("pod" as const), kind: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), index: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("node" as const), index: fc.nat(8), shape: nodeShape }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("steal" as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), milliseconds: fc.nat(5_000) }) },
);

/** Pods with the same priority: nobody is evicted, so that what is bound stays. */
const peaceful = (kind: PodKind): PodKind => ({ ...kind, priority: 0 });

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(cluster: TrialCluster, each: Step, kinds: readonly PodKind[], count: number): Promise<void> {
  const pods = cluster.pods.lister.list();
  if (each.do === "pod") cluster.pods.put(podOf(`p${count}`, peaceful(kinds[each.kind]!)));
  else if (each.do === "wait") await cluster.clock.advance(each.milliseconds);
  else if (each.do === "fail") cluster.failures = each.times;
  else if (each.do === "crash") await cluster.start();
  else if (each.do === "node") {
    // What is under way was decided for the node as it was.
    await cluster.clock.settle();
    cluster.nodes.put(nodeOf(each.index, each.shape));
  } else if (each.do === "remove") {
    const pod = pods[each.index];
    await cluster.clock.settle();
    if (pod !== undefined) cluster.pods.remove(`${pod.metadata?.namespace}/${pod.metadata?.name}`);
  } else {
    const pod = pods.filter(({ spec }) => !spec?.nodeName)[each.index];
    const verdict = pod === undefined ? undefined : cluster.verdict(pod);
    if (pod !== undefined && verdict?.type === "found") cluster.assign(pod, verdict.nodeName);
  }
}

describe("whatever happens", () => {
  it("no pod is bound where a filter rejects it, none is bound twice, and none that would fit is forgotten", async () => {
    const shapes = fc.array(nodeShape, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(shapes, podKinds, fc.array(step, { maxLength: 30 }), async (nodes, kinds, steps) => {
        const cluster = new TrialCluster();
        for (const [index, shape] of nodes.entries()) cluster.nodes.put(nodeOf(index, shape));
        await cluster.start();
        for (const [count, each] of steps.entries()) await take(cluster, each, kinds, count);
        cluster.failures = 0;
        await cluster.clock.advance(900_000);
        expect(cluster.faults).toEqual([]);
        for (const pod of cluster.pods.lister.list()) {
          if (pod.spec?.nodeName) continue;
          expect(cluster.verdict(pod).type, `${pod.metadata?.name} would fit`).toBe("unschedulable");
        }
        await cluster.scheduler?.stop();
      }),
      { numRuns: 60 },
    );
  });
});
