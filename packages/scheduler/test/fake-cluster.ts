import { EVENTS_V1_EVENTS, type EventsV1Event, NODES, type Node, PODS, type Pod } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import type { CacheEvent, Client, Informer, InformerFactory, ResourceClient } from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { createMetricRegistry, type MetricRegistry } from "@pinnace/metrics";
import { createPluginRegistry, definePlugin } from "@pinnace/plugin";
import {
  SCHEDULER_API_VERSION,
  SCHEDULER_PLUGIN_TYPE,
  type SchedulerComponents,
  type SchedulerPlugin,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { Observable, Subject } from "rxjs";
import { createScheduler, createSchedulingEvents, type Scheduler, type SchedulerConfig } from "../src/index.ts";

const keyOf = ({ metadata }: KubernetesObject): string =>
  metadata?.namespace === undefined ? (metadata?.name ?? "") : `${metadata.namespace}/${metadata.name}`;

/** The objects of one resource, and an informer over them. */
export class Table<T extends KubernetesObject> implements Informer<T> {
  readonly type: ResourceType<T>;
  readonly objects: Map<string, T> = new Map();
  readonly #changes = new Subject<CacheEvent<T>>();
  readonly synced: boolean = true;

  constructor(type: ResourceType<T>) {
    this.type = type;
  }

  readonly lister: Informer<T>["lister"] = {
    get: (key) => this.objects.get(key),
    list: () => [...this.objects.values()],
    inNamespace: (namespace) => [...this.objects.values()].filter(({ metadata }) => metadata?.namespace === namespace),
    byIndex: () => [],
  };

  readonly events: Observable<CacheEvent<T>> = new Observable((subscriber) => {
    for (const object of this.objects.values()) subscriber.next({ type: "add", object, initial: true });
    return this.#changes.subscribe(subscriber);
  });

  async whenSynced(): Promise<void> {}

  put(object: T): void {
    const old = this.objects.get(keyOf(object));
    this.objects.set(keyOf(object), object);
    this.#changes.next(old === undefined ? { type: "add", object, initial: false } : { type: "update", object, old });
  }

  remove(key: string): void {
    const old = this.objects.get(key);
    if (old === undefined) return;
    this.objects.delete(key);
    this.#changes.next({ type: "delete", object: old, old });
  }
}

/** A plugin, or how it is made. */
type Given = SchedulerPlugin | ((components: SchedulerComponents) => SchedulerPlugin);

/** A cluster of literals: writes of the scheduler change the tables at once. */
export class FakeCluster {
  readonly clock: VirtualClock = createVirtualClock();
  readonly #tables = new Map<string, Table<never>>();
  /** Set to make the next bindings fail. */
  bindingError: Error | undefined;
  readonly metrics: MetricRegistry = createMetricRegistry();
  readonly scheduler: Scheduler;

  constructor(plugins: Readonly<Record<string, Given>> = {}, config?: Partial<SchedulerConfig>) {
    const client = { resource: (type: ResourceType<KubernetesObject>) => this.#client(type) } as unknown as Client;
    const informers = { informer: (type: ResourceType<never>) => this.table(type), stop: () => undefined };
    const names = Object.keys(plugins);
    const profile = {
      schedulerName: "default-scheduler",
      plugins: { multiPoint: { enabled: names.map((name) => ({ name })) } },
    };
    this.scheduler = createScheduler({
      client,
      informers: informers as unknown as InformerFactory,
      clock: this.clock,
      events: createSchedulingEvents({ client, clock: this.clock, controller: "default-scheduler" }),
      plugins: registry(plugins),
      random: () => 0,
      metrics: this.metrics,
      config: {
        profiles: [profile],
        percentageOfNodesToScore: 0,
        podInitialBackoffSeconds: 1,
        podMaxBackoffSeconds: 10,
        ...config,
      },
    });
  }

  get pods(): Table<Pod> {
    return this.table(PODS);
  }

  get nodes(): Table<Node> {
    return this.table(NODES);
  }

  pod(name: string): Pod | undefined {
    return this.pods.objects.get(`default/${name}`);
  }

  /** `reason: note` of the events about a pod. */
  notes(name: string): readonly string[] {
    return [...this.table<EventsV1Event>(EVENTS_V1_EVENTS).objects.values()]
      .filter(({ regarding }) => regarding?.name === name)
      .map(({ reason, note }) => `${reason}: ${note}`);
  }

  /** The objects of any resource. */
  table<T extends KubernetesObject>(type: ResourceType<T>): Table<T> {
    const key = `${type.group}/${type.resource}`;
    const table = this.#tables.get(key) ?? (new Table(type) as unknown as Table<never>);
    this.#tables.set(key, table);
    return table as unknown as Table<T>;
  }

  #client<T extends KubernetesObject>(type: ResourceType<T>, namespace?: string): ResourceClient<T> {
    const table = this.table(type);
    const key = (name: string): string => (namespace === undefined ? name : `${namespace}/${name}`);
    return {
      namespace: (name: string) => this.#client(type, name),
      create: async (object: T) => {
        table.put(object);
        return object;
      },
      patch: async (name: string, { body }: { body: { status?: object; series?: object } }) => {
        const object = { ...table.objects.get(key(name)) } as T & { status?: object };
        const merged = { ...object, ...body, status: { ...object.status, ...body.status } };
        table.put(merged);
        return merged;
      },
      delete: async (name: string) => table.remove(key(name)),
      subresource: async (name: string, _subresource: string, { body }: { body: { target: { name: string } } }) => {
        if (this.bindingError !== undefined) throw this.bindingError;
        const pod = table.objects.get(key(name)) as unknown as Pod;
        table.put({ ...pod, spec: { ...pod.spec, nodeName: body.target.name } } as unknown as T);
        return {};
      },
    } as unknown as ResourceClient<T>;
  }
}

function registry(plugins: Readonly<Record<string, Given>>) {
  const all = { ...plugins, PrioritySort: sort, NodeResourcesFit: fit };
  const definitions = Object.entries(all).map(([name, plugin]) =>
    define(name, typeof plugin === "function" ? plugin : () => plugin),
  );
  const candidates = [...definitions, define("DefaultBinder", binder)];
  return createPluginRegistry(
    candidates.map((definition) => ({ source: "test", definition })),
    { hosts: [{ type: SCHEDULER_PLUGIN_TYPE, apiVersion: SCHEDULER_API_VERSION }] },
  );
}

const define = (name: string, create: (components: SchedulerComponents) => SchedulerPlugin) =>
  definePlugin({ type: SCHEDULER_PLUGIN_TYPE, name, apiRange: "^1.0.0", create });

const sort: SchedulerPlugin = {
  compare: (a, b) => (b.pod.pod.spec?.priority ?? 0) - (a.pod.pod.spec?.priority ?? 0) || a.timestamp - b.timestamp,
};

/** CPU alone. */
const fit: SchedulerPlugin = {
  filter: ({ pod }, { requested, allocatable }) => {
    if (pod.requests.milliCpu > allocatable.milliCpu) return unresolvable("Insufficient cpu");
    return pod.requests.milliCpu + requested.milliCpu > allocatable.milliCpu
      ? unschedulable("Insufficient cpu")
      : SUCCESS;
  },
  eventsToRegister: () => [
    { event: { resource: "AssignedPod", actions: ["Delete"] } },
    { event: { resource: "Node", actions: ["Add", "UpdateNodeAllocatable"] } },
  ],
};

const binder = ({ writer }: SchedulerComponents): SchedulerPlugin => ({
  bind: async ({ pod }, nodeName) => {
    await writer.bind(pod.pod, nodeName);
    return SUCCESS;
  },
});
