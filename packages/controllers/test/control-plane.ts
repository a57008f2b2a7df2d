import { createBuiltInDefinitions, EVENTS, type Event, PODS, type Pod } from "@pinnace/api";
import { formatTime, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import { createApiServer } from "@pinnace/apiserver";
import {
  type Client,
  createClientFactory,
  createInformerFactory,
  createLocalTransport,
  type InformerFactory,
} from "@pinnace/client";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { type ControllerFactory, createControllerManager } from "@pinnace/controller-runtime";
import { createLogger, type Logger, silentLogger } from "@pinnace/logging";
import { createMetricRegistry } from "@pinnace/metrics";
import { createMemoryStore } from "@pinnace/store";

const ADMIN = { name: "admin", groups: ["system:masters", "system:authenticated"] };

export interface ControlPlaneOptions {
  /** Whether pods run and get ready as soon as they are there. Default true. */
  readonly pods?: "ready" | "pending";
  readonly seed?: number;
  readonly logger?: Logger;
}

/** A real API server over a store in memory, the given controllers, and a virtual clock. */
export interface ControlPlane {
  readonly clock: VirtualClock;
  readonly client: Client;
  readonly informers: InformerFactory;
  create<T extends KubernetesObject>(type: ResourceType<T>, object: T): Promise<T>;
  get<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace?: string): Promise<T>;
  list<T extends KubernetesObject>(type: ResourceType<T>, namespace?: string): Promise<readonly T[]>;
  mergePatch<T extends KubernetesObject>(type: ResourceType<T>, name: string, body: unknown): Promise<T>;
  /** `reason: message` of the events about objects of a kind, in order. */
  events(kind: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startControlPlane(
  factories: readonly ControllerFactory[],
  options: ControlPlaneOptions = {},
): Promise<ControlPlane> {
  const clock = createVirtualClock({ seed: options.seed ?? 1 });
  const { random } = clock;
  const logger = options.logger ?? silentLogger;
  const server = createApiServer({
    store: createMemoryStore({ clock }),
    clock,
    definitions: createBuiltInDefinitions(),
    random,
  });
  await server.start();
  const clients = createClientFactory(createLocalTransport(server.handler));
  const client = clients.client({ program: "kubectl", user: ADMIN });
  const informers = createInformerFactory({ client, clock, logger, random });
  await ensureNamespace(client, "default");
  if (options.pods !== "pending") runPods(client, informers, clock);
  const metrics = createMetricRegistry();
  const manager = createControllerManager({ factories, clients, informers, clock, logger, metrics, random });
  manager.start();
  await clock.settle();
  const within = <T extends KubernetesObject>(type: ResourceType<T>, namespace: string | undefined) =>
    type.namespaced ? client.resource(type).namespace(namespace ?? "default") : client.resource(type);
  return {
    clock,
    client,
    informers,
    create: (type, object) => within(type, object.metadata?.namespace).create(object),
    get: (type, name, namespace) => within(type, namespace).get(name),
    list: async (type, namespace) => (await within(type, namespace).list()).items,
    mergePatch: (type, name, body) => within(type, undefined).patch(name, { type: "merge", body }),
    events: async (kind) => {
      await clock.settle();
      const { items } = await client.resource(EVENTS).list();
      return items
        .filter((event: Event) => event.involvedObject.kind === kind)
        .sort((a, b) => ((a.metadata.name ?? "").split(".")[1]! < (b.metadata.name ?? "").split(".")[1]! ? -1 : 1))
        .map((event) => `${event.reason}: ${event.message}`);
    },
    stop: async () => {
      await manager.stop();
      informers.stop();
      await server.stop();
    },
  };
}

/** A logger for somebody who looks into a failing test. */
export function testLogger(clock: VirtualClock): Logger {
  return createLogger({ clock, level: "debug", write: (record) => console.error(JSON.stringify(record)) });
}

async function ensureNamespace(client: Client, name: string): Promise<void> {
  const namespaces: ResourceType = {
    group: "",
    version: "v1",
    resource: "namespaces",
    kind: "Namespace",
    namespaced: false,
  };
  await client
    .resource(namespaces)
    .get(name)
    .catch(() => client.resource(namespaces).create({ metadata: { name } }));
}

/** The shortest node there is: pods that exist are ready, pods that are to go are gone. */
function runPods(client: Client, informers: InformerFactory, clock: VirtualClock): void {
  const ignore = (): undefined => undefined;
  informers.informer(PODS).events.subscribe(({ type, object }) => {
    if (type === "delete") return;
    const { name = "", namespace = "", deletionTimestamp } = object.metadata ?? {};
    const pods = client.resource(PODS).namespace(namespace);
    if (deletionTimestamp !== undefined) void pods.delete(name, { gracePeriodSeconds: 0 }).catch(ignore);
    else if ((object.status?.phase ?? "Pending") === "Pending")
      void pods.updateStatus(ready(object, clock)).catch(ignore);
  });
}

function ready(pod: Pod, clock: VirtualClock): Pod {
  const time = formatTime(clock.now());
  const conditions = [{ type: "Ready", status: "True", lastTransitionTime: time }];
  return { ...pod, status: { ...pod.status, phase: "Running", podIP: "10.0.0.1", startTime: time, conditions } };
}
