/**
 * The node agent.
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
