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
 * Informers keep a cache of a resource by list and watch ({@link createInformerFactory}). What `events` does, once for all:
 * it starts with the first informer call for a resource, not with a subscription; each subscriber first gets the cache as
 * `add` events, then every change, synchronously and in order, after the cache has it; bookmarks and relists are not
 * seen, a relist yields its differences; it never errors and completes when the factory stops; a subscriber that
 * unsubscribes stops nothing for others. A single `watch()` has none of that: it is one request for each subscription.
 *
 * Beside them: {@link createWorkQueue} (client-go's queue: one worker per key, back-off), {@link runAsLeader} (leader
 * election by Lease), {@link retryOnConflict} and {@link discover}. Errors: `StatusError` where the API refuses,
 * `CodedError` with `CONNECTION_FAILED`, `INFORMER_STOPPED` or `LEADERSHIP_LOST` otherwise.
 *
 * @packageDocumentation
 */

export { type Backoff, type BackoffOptions, createBackoff } from "./backoff.ts";
export * from "./client.ts";
export { createClient, createClientFactory } from "./create-client.ts";
export { type DiscoveredResource, type Discovery, discover } from "./discovery.ts";
export { createInformerFactory, type InformerFactoryComponents } from "./informer/informer-factory.ts";
export * from "./informer-contract.ts";
export { type LeaderElectionOptions, leaderOf, runAsLeader } from "./leader-election.ts";
export { createLocalTransport } from "./local-transport.ts";
export { retryOnConflict } from "./retry-on-conflict.ts";
export * from "./transport.ts";
export { createWorkQueue, type WorkQueue, type WorkQueueObserver, type WorkQueueOptions } from "./work-queue.ts";
