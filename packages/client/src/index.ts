/**
 * Typed Kubernetes client: verbs over a transport, caches kept by watches, work queues and leader election.
 *
 * A transport carries one request to an API server: {@link createLocalTransport} calls one of the same process (objects
 * pass as they are), `createHttpTransport` of `@pinnace/client/node` goes over TLS. Everything else is the same for both.
 *
 * ```ts
 * import type { ApiHandler, KubernetesObject, ResourceType } from "@pinnace/apimachinery";
 * import { createClient, createLocalTransport } from "@pinnace/client";
 *
 * const configMaps: ResourceType = {
 *   group: "",
 *   version: "v1",
 *   resource: "configmaps",
 *   kind: "ConfigMap",
 *   namespaced: true,
 * };
 *
 * export async function namesOf(apiServer: ApiHandler): Promise<(string | undefined)[]> {
 *   const client = createClient(createLocalTransport(apiServer), {
 *     program: "example",
 *     user: { name: "admin", groups: ["system:masters"] },
 *   });
 *   const list = await client.resource(configMaps).namespace("default").list();
 *   return list.items.map((item: KubernetesObject) => item.metadata?.name);
 * }
 * ```
 *
 * @packageDocumentation
 */

export { type Backoff, type BackoffOptions, createBackoff } from "./backoff.ts";
export * from "./client.ts";
export { createClient, createClientFactory } from "./create-client.ts";
export { type DiscoveredResource, type Discovery, discover } from "./discovery.ts";
export { createInformerFactory, type InformerFactoryComponents } from "./informer/informer-factory.ts";
export * from "./informer-contract.ts";
export { type LeaderElectionOptions, runAsLeader } from "./leader-election.ts";
export { createLocalTransport } from "./local-transport.ts";
export { retryOnConflict } from "./retry-on-conflict.ts";
export * from "./transport.ts";
export { createWorkQueue, type WorkQueue, type WorkQueueObserver, type WorkQueueOptions } from "./work-queue.ts";
