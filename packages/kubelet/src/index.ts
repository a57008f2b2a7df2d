/**
 * The node agent: it registers a node, keeps the containers of the node's pods as their specs want them, and reports
 * what runs. It works over any CRI runtime of
 * `@pinnace/cri`: containerd on a real machine (`@pinnace/kubelet/node` brings files, cgroups and streams), containers
 * in memory on a simulated one (`@pinnace/simulation`).
 *
 * Each pod has a worker that compares the pod with the runtime and takes one step after the other: sandbox, init
 * containers, containers, probes, hooks, restarts with back-off, termination. A kubelet keeps nothing that it could not
 * read again from the runtime, so that a restart adopts what runs.
 *
 * ```ts
 * import type { ApiHandler } from "@pinnace/apimachinery";
 * import { createKubelet, type KubeletComponents } from "@pinnace/kubelet";
 *
 * export async function runNode(components: KubeletComponents): Promise<ApiHandler> {
 *   const kubelet = createKubelet(components, {
 *     node: {
 *       name: "node-1",
 *       addresses: [{ type: "InternalIP", address: "192.168.1.10" }],
 *       capacity: { cpu: "4", memory: "8Gi", pods: "110" },
 *       nodeInfo: {
 *         machineID: "m",
 *         systemUUID: "s",
 *         bootID: "b",
 *         kernelVersion: "6.12.0",
 *         osImage: "Debian GNU/Linux 12",
 *         operatingSystem: "linux",
 *         architecture: "amd64",
 *         kubeletVersion: "v1.36.3",
 *       },
 *     },
 *   });
 *   await kubelet.start();
 *   return kubelet.handler; // GET /containerLogs/default/web/app, /exec/..., /stats/summary
 * }
 * ```
 *
 * @packageDocumentation
 */
export type { LocalConnection } from "./api/local-streams.ts";
export * from "./contract.ts";
export { createKubelet } from "./kubelet.ts";
export * from "./network.ts";
export { createObjectSource, createSharedObjectSource } from "./object-source.ts";
export { informerPodSource, informerServices } from "./pod-source.ts";
export { createProber } from "./probes/create-prober.ts";
export * from "./probes/prober.ts";
