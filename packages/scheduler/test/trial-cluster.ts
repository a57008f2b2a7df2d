import {
  CSI_NODES,
  EVENTS_V1_EVENTS,
  type EventsV1Event,
  NAMESPACES,
  NODES,
  type Node,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  type Pod,
} from "@pinnace/api";
import { conflict, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client, InformerFactory, ResourceClient } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { defaultSchedulerPlugins } from "@pinnace/cluster";
import { createPluginRegistry, definePlugin, type PluginDefinition, type PluginRegistry } from "@pinnace/plugin";
import {
  type ClusterReader,
  createCycleState,
  createNodeInfo,
  createPodInfo,
  createSnapshot,
  SCHEDULER_API_VERSION,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  withPod,
} from "@pinnace/scheduler-framework";
import { findNode } from "../src/find-node.ts";
import { createScheduler, createSchedulingEvents, type Scheduler } from "../src/index.ts";
import { Nominations } from "../src/nominations.ts";
import { brokenLaws } from "./binding-laws.ts";
import { defaultPlugins, newProfile } from "./default-profile.ts";
import { Table } from "./fake-cluster.ts";

export interface TrialOptions {
  /** Default: the default plugins. */
  readonly plugins?: PluginRegistry;
  /** The API server binds pods that are bound. */
  readonly isCareless?: boolean;
  /** How long a binding takes, milliseconds; then what was true when it was decided may not be true any more. */
  readonly latency?: number;
}

/** A cluster in tables, whose schedulers may fail to write, or crash. Every binding and eviction is looked at. */
export class TrialCluster {
  readonly clock: VirtualClock = createVirtualClock();
  readonly pods: Table<Pod> = new Table(PODS);
  readonly nodes: Table<Node> = new Table(NODES);
  readonly #others = new Map<string, Table<never>>();
  /** What must not be: bindings that a filter rejects or that break a law, evictions of pods that matter more. */
  readonly faults: string[] = [];
  /** Bindings that fail from now on. */
  failures = 0;
  readonly #options: TrialOptions;
  readonly #schedulers = new Map<string, { readonly scheduler: Scheduler; isAlive: boolean }>();
  readonly #priorities = new Map<string, number>();
  /** Pods whose bindings failed at this moment: others may have been placed in view of them. */
  #missed: { readonly time: number; readonly pods: readonly Pod[] } = { time: 0, pods: [] };

  constructor(options: TrialOptions = {}) {
    this.#options = options;
    for (const [name, team] of [
      ["default", "red"],
      ["other", "blue"],
    ]) {
      this.#table(NAMESPACES).put({ metadata: { name, labels: { team } } } as never);
    }
  }

  /** A new scheduler; one of that name that was there crashes: it writes nothing more. */
  async start(name = "one"): Promise<void> {
    const before = this.#schedulers.get(name);
    if (before !== undefined) before.isAlive = false;
    void before?.scheduler.stop();
    const client = {
      resource: (type: ResourceType<KubernetesObject>) => this.#client(type, () => own.isAlive),
    } as unknown as Client;
    const scheduler = createScheduler({
      client,
      informers: { informer: (type: ResourceType<never>) => this.#table(type) } as unknown as InformerFactory,
      clock: this.clock,
      events: createSchedulingEvents({ client, clock: this.clock, controller: "default-scheduler" }),
      plugins: this.#options.plugins ?? defaultPlugins,
      random: () => 0.5,
    });
    const own = { scheduler, isAlive: true };
    this.#schedulers.set(name, own);
    await scheduler.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#schedulers.values()].map(({ scheduler }) => scheduler.stop()));
  }

  add(pod: Pod): void {
    this.#priorities.set(pod.metadata?.uid ?? "", pod.spec?.priority ?? 0);
    this.pods.put(pod);
  }

  /** Any other object. */
  put<T extends KubernetesObject>(type: ResourceType<T>, object: object): void {
    this.#table(type).put(object as T);
  }

  /** Another writer gives a pod its node. */
  assign(pod: Pod, nodeName: string): void {
    this.pods.put({ ...pod, spec: { ...pod.spec, nodeName } } as Pod);
  }

  /** What the plugins say about a pod as things are, asked one by one. */
  verdict(pod: Pod, all: readonly Pod[] = this.#bound()): ReturnType<typeof findNode> {
    const bound = all.filter(({ metadata }) => metadata?.uid !== pod.metadata?.uid);
    const infos = this.nodes.lister.list().map((node) => {
      const own = bound.filter(({ spec }) => spec?.nodeName === node.metadata?.name);
      return own.reduce((info, each) => withPod(info, createPodInfo(each)), createNodeInfo(node));
    });
    const reader: ClusterReader = {
      get: (type, key) => this.#table(type).lister.get(key),
      list: (type, namespace) =>
        namespace === undefined ? this.#table(type).lister.list() : this.#table(type).lister.inNamespace(namespace),
    };
    return findNode(
      {
        state: createCycleState(),
        pod: createPodInfo(pod),
        snapshot: createSnapshot(1, infos),
        signal: new AbortController().signal,
      },
      {
        profile: newProfile({ schedulerName: "default-scheduler" }, reader),
        ...{ nominations: new Nominations(), percentage: 100, startIndex: 0, random: () => 0 },
      },
    );
  }

  #bound(): readonly Pod[] {
    return this.pods.lister.list().filter(({ spec }) => spec?.nodeName);
  }

  #bind(name: string, namespace: string, nodeName: string): void {
    const pod = this.pods.objects.get(`${namespace}/${name}`);
    const isBound = Boolean(pod?.spec?.nodeName);
    if (pod === undefined || (isBound && this.#options.isCareless !== true)) {
      throw conflict("", "pods/binding", name, "is already assigned");
    }
    if (this.failures > 0) {
      this.failures -= 1;
      const others = this.#missedNow();
      const missed = { ...pod, spec: { ...pod.spec, nodeName } } as Pod;
      this.#missed = { time: this.clock.now(), pods: [...others, missed] };
      throw new Error("the server did not answer");
    }
    if (isBound) this.faults.push(`${name} is bound twice`);
    else if (this.#options.latency === undefined) this.#examine(pod, nodeName);
    this.assign(pod, nodeName);
  }

  #missedNow(): readonly Pod[] {
    const { time, pods } = this.#missed;
    return time === this.clock.now() ? pods : [];
  }

  /** What is wrong is collected: thrown here it would be one more binding that fails. */
  #examine(pod: Pod, nodeName: string): void {
    const bound = this.#bound();
    const faults = this.#faultsOf(pod, nodeName, bound);
    const missed = this.#missedNow().filter(({ metadata }) => metadata?.uid !== pod.metadata?.uid);
    const isRight = faults.length === 0 || this.#faultsOf(pod, nodeName, [...bound, ...missed]).length === 0;
    if (!isRight) this.faults.push(...faults);
  }

  #faultsOf(pod: Pod, nodeName: string, bound: readonly Pod[]): readonly string[] {
    const verdict = this.verdict(pod, bound);
    const rejections = verdict.type === "found" ? verdict.rejections : undefined;
    const reasons = rejections === undefined ? ["nothing fits"] : (rejections.get(nodeName)?.reasons ?? []);
    const laws = brokenLaws(pod, nodeName, {
      pods: bound,
      nodes: this.nodes.lister.list(),
      namespaces: this.#table(NAMESPACES).lister.list(),
      claims: this.#table(PERSISTENT_VOLUME_CLAIMS).lister.list(),
      volumes: this.#table(PERSISTENT_VOLUMES).lister.list(),
      csiNodes: this.#table(CSI_NODES).lister.list(),
    });
    const where = `${pod.metadata?.name} on ${nodeName}`;
    return [...reasons.map((reason) => `${where}: ${reason}`), ...laws.map((law) => `${where} breaks ${law}`)];
  }

  #reported({ reason, regarding, related }: EventsV1Event): void {
    if (reason !== "Preempted") return;
    const [victim = 0, preemptor = 0] = [regarding, related].map((one) => this.#priorities.get(one?.uid ?? ""));
    if (victim >= preemptor) this.faults.push(`${regarding?.name} is evicted for ${related?.name}: priority`);
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
        if (this.#options.latency !== undefined) await this.clock.sleep(this.#options.latency);
        if (!isAlive()) throw new Error("crashed");
        return write(...args);
      };
    return {
      namespace: (name: string) => this.#client(type, isAlive, name),
      create: guarded((object: T) => {
        if ((type as unknown) === EVENTS_V1_EVENTS) this.#reported(object as unknown as EventsV1Event);
        table.put(object);
      }),
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

/** The default plugins, one of them changed. */
export function pluginsWith(
  name: string,
  change: (plugin: SchedulerPlugin, components: SchedulerComponents) => SchedulerPlugin,
): PluginRegistry {
  const candidates = defaultSchedulerPlugins.map((candidate) => {
    if ("error" in candidate) return candidate;
    const original = candidate.definition as PluginDefinition<SchedulerComponents, unknown, SchedulerPlugin>;
    if (original.name !== name) return candidate;
    const create = (components: SchedulerComponents, config: unknown): SchedulerPlugin =>
      change(original.create(components, config), components);
    return { ...candidate, definition: definePlugin({ ...original, create }) };
  });
  return createPluginRegistry(candidates, {
    hosts: [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }],
  });
}
