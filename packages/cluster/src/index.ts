/**
 * A whole Kubernetes control plane in one process, without a port: API server, controllers, scheduler, and as many
 * simulated nodes as you like, on real or virtual time. `pinnace up` and `@pinnace/testing` are made with it.
 *
 * ```ts
 * import { NODES } from "@pinnace/api";
 * import { startCluster } from "@pinnace/cluster";
 *
 * const cluster = await startCluster({ nodes: 3 });
 * const { items } = await cluster.client.resource(NODES).list();
 * console.log(items.map((node) => node.metadata?.name)); // [ 'sim-0', 'sim-1', 'sim-2' ]
 * await cluster.stop();
 * ```
 *
 * A control plane of your own takes `composeCluster` of `@pinnace/cluster/module`, changes the container, and hands it to
 * `startComposed`.
 *
 * @packageDocumentation
 */
import "reflect-metadata";

export type { Cluster } from "./cluster.ts";
export { defaultSchedulerPlugins } from "./default-scheduler-plugins.ts";
export { NodeDirectory } from "./node-directory.ts";
export type { ClusterOptions, LeaderElection } from "./options.ts";
export { type Resolver, startCluster, startComposed } from "./start-cluster.ts";
