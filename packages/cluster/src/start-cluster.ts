import { API_SERVER, type ApiServer } from "@pinnace/apiserver";
import {
  CLIENT,
  CLIENT_FACTORY,
  type Client,
  type ClientFactory,
  INFORMERS,
  type InformerFactory,
  leaderOf,
} from "@pinnace/client";
import { CLOCK, type Clock } from "@pinnace/clock";
import type { ControllerManager } from "@pinnace/controller-runtime";
import { CONTROLLER_MANAGER } from "@pinnace/controllers/module";
import { LOGGER, type Logger } from "@pinnace/logging";
import { METRICS, type MetricRegistries } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import { createSchedulingApi, EXPLANATION_GROUP, SCHEDULER, type Scheduler } from "@pinnace/scheduler";
import { SIMULATED_NODES, type SimulatedNodes } from "@pinnace/simulation";
import { STORE, type Store } from "@pinnace/store";
import type { Cluster } from "./cluster.ts";
import { startWhenElected } from "./leadership.ts";
import { composeCluster, NODE_DIRECTORY, SCHEDULER_PLUGINS } from "./module.ts";
import type { NodeDirectory } from "./node-directory.ts";
import type { ClusterOptions, LeaderElection } from "./options.ts";

/** What a composition must offer: inversify's `Container`, or anything that answers to tokens. */
export interface Resolver {
  get<T>(token: symbol): T;
}

/** Composes a cluster and starts it. Resolves when its API answers and its simulated nodes are Ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return startComposed(composeCluster(options) as unknown as Resolver, options);
}

/** Starts what a composition holds: API server, controllers, scheduler, simulated nodes, in this order. */
export async function startComposed(
  container: Resolver,
  options: Pick<ClusterOptions, "leaderElection" | "random"> = {},
): Promise<Cluster> {
  const apiServer = container.get<ApiServer>(API_SERVER);
  const store = container.get<Store>(STORE);
  const nodes = container.get<NodeDirectory>(NODE_DIRECTORY);
  const undo: (() => Promise<void> | void)[] = [() => store.close(), () => apiServer.stop()];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= unwind(undo);
    return stopped;
  };
  try {
    await apiServer.start();
    const informers = container.get<InformerFactory>(INFORMERS);
    undo.push(() => informers.stop());
    const controllers = container.get<ControllerManager>(CONTROLLER_MANAGER);
    const scheduler = container.get<Scheduler>(SCHEDULER);
    const clients = container.get<ClientFactory>(CLIENT_FACTORY);
    const clock = container.get<Clock>(CLOCK);
    const { inspection } = scheduler;
    const leader = otherLeader(container, options.leaderElection);
    const metrics = container.get<MetricRegistries>(METRICS).component("scheduler");
    const explaining = { inspection, informers, clients, clock, metrics, leader };
    apiServer.useGroup(EXPLANATION_GROUP, createSchedulingApi(explaining));
    if (options.leaderElection === undefined) {
      undo.push(() => controllers.stop());
      controllers.start();
      undo.push(() => scheduler.stop());
      await scheduler.start();
    } else undo.push(...elect(container, options.leaderElection, { controllers, scheduler }, options.random));
    const simulatedNodes = container.get<SimulatedNodes>(SIMULATED_NODES);
    nodes.add((name) => simulatedNodes.handler(name));
    undo.push(() => simulatedNodes.stop());
    await simulatedNodes.start();
    return {
      ...{ apiServer, store, nodes, informers, controllers, scheduler, simulatedNodes, stop },
      handler: apiServer.handler,
      client: container.get<Client>(CLIENT),
      ...{ clients, clock },
      metrics: container.get<MetricRegistries>(METRICS),
      plugins: container.get<PluginRegistry>(SCHEDULER_PLUGINS),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function elect(
  container: Resolver,
  leaderElection: LeaderElection,
  { controllers, scheduler }: { readonly controllers: ControllerManager; readonly scheduler: Scheduler },
  random: () => number = Math.random,
): (() => Promise<void>)[] {
  const election = {
    ...leaderElection,
    client: container.get<Client>(CLIENT),
    clock: container.get<Clock>(CLOCK),
    logger: container.get<Logger>(LOGGER),
    random,
  };
  const elected = {
    "kube-controller-manager": { start: () => controllers.start(), stop: () => controllers.stop() },
    "kube-scheduler": { start: () => scheduler.start(), stop: () => scheduler.stop() },
  };
  return Object.entries(elected).map(([name, each]) => startWhenElected(election, { name, ...each }));
}

/** Says who runs the scheduler, when it is not this process. */
function otherLeader(
  container: Resolver,
  leaderElection: LeaderElection | undefined,
): () => Promise<string | undefined> {
  if (leaderElection === undefined) return async () => undefined;
  const client = container.get<Client>(CLIENT);
  return async () => {
    const leader = await leaderOf({ client, name: "kube-scheduler" });
    return leader === leaderElection.identity ? undefined : (leader ?? "");
  };
}

/** Last started, first stopped. */
async function unwind(undo: (() => Promise<void> | void)[]): Promise<void> {
  for (const step of undo.reverse()) await step();
}
