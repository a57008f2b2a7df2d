/**
 * A whole Kubernetes cluster inside a test: the real API server, controllers and scheduler, nodes that are simulated, no
 * port, no binary, ready in milliseconds.
 *
 * ```ts
 * import { PODS } from "@pinnace/api";
 * import { createTestCluster } from "@pinnace/testing";
 *
 * await using cluster = await createTestCluster({ nodes: 2 });
 * await cluster.apply(`
 * apiVersion: apps/v1
 * kind: Deployment
 * metadata: { name: web }
 * spec:
 *   replicas: 3
 *   selector: { matchLabels: { app: web } }
 *   template:
 *     metadata: { labels: { app: web } }
 *     spec: { containers: [{ name: web, image: web:1 }] }
 * `);
 * const pods = await cluster.waitFor(PODS, { labelSelector: "app=web" }, (pods) =>
 *   pods.length === 3 && pods.every((pod) => pod.status?.phase === "Running"),
 * );
 * for (const { metadata, spec } of pods) console.log(`${metadata?.name} runs on ${spec?.nodeName}`);
 * ```
 *
 * With `{ clock: "virtual" }` time stands still until the test moves it: `waitFor` goes from timer to timer, an hour
 * takes moments, and a run with the same `seed` repeats exactly.
 *
 * ```ts
 * import { DEPLOYMENTS } from "@pinnace/api";
 * import { createTestCluster } from "@pinnace/testing";
 *
 * export async function replacesPodsOfADeadNode(manifest: string): Promise<void> {
 *   await using cluster = await createTestCluster({ clock: "virtual", seed: 7, nodes: 3 });
 *   await cluster.apply(manifest);
 *   await cluster.waitFor(DEPLOYMENTS, "web", ({ status }) => status?.readyReplicas === 3);
 *   await cluster.simulatedNodes.crash("sim-1");
 *   await cluster.runFor("10m");
 *   await cluster.waitFor(DEPLOYMENTS, "web", ({ status }) => status?.readyReplicas === 3);
 *   for (const { time, type, kind, key } of cluster.history()) console.log(time, type, kind, key);
 * }
 * ```
 *
 * `cluster.fork()` makes another cluster of the same state, to try several things from there; nothing is copied.
 *
 * @packageDocumentation
 */
export { createTestCluster } from "./create-test-cluster.ts";
export type { HistoryEntry } from "./history.ts";
export type * from "./test-cluster.ts";
export { TestingError, type TestingErrorCode } from "./testing-error.ts";
