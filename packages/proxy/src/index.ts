/**
 * The service data plane of a node: cluster IPs, node ports, external and load balancer addresses as one nftables table.
 * A packet costs one look-up in a map, whatever the number of services; a change touches its own service only.
 *
 * ```ts
 * import type { InformerFactory } from "@pinnace/client";
 * import { createRealClock } from "@pinnace/clock";
 * import { createServiceProxy, runProgram, type ServiceProxy } from "@pinnace/proxy";
 *
 * export async function proxy(informers: InformerFactory): Promise<ServiceProxy> {
 *   const components = { informers, clock: createRealClock(), run: runProgram };
 *   const proxy = createServiceProxy(components, { nodeName: "node-1", podCidr: "10.244.0.0/16" });
 *   await proxy.start();
 *   return proxy;
 * }
 * ```
 *
 * Session affinity by client address, the traffic policies `Local`, hairpin traffic (a pod that reaches itself through its
 * service) and terminating endpoints work as with kube-proxy. Addresses of the service range that no service has, and
 * services without endpoints, are rejected at once. IPv4 only. Needs root and `nft`; `conntrack` when it is there.
 * Error codes: `NFT_FAILED`, `PROGRAM_FAILED`, `STOPPED`.
 *
 * @packageDocumentation
 */
export { runProgram } from "./run-program.ts";
export {
  createServiceProxy,
  type Run,
  type ServiceProxy,
  type ServiceProxyComponents,
  type ServiceProxyOptions,
} from "./service-proxy.ts";
