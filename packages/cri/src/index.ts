/**
 * The container runtime contract (CRI v1) as TypeScript interfaces. A kubelet takes a `ContainerRuntime` and does not
 * know whether containerd or a simulation is behind it. `@pinnace/cri/node` implements it over containerd's socket.
 *
 * ```ts
 * import type { ContainerRuntime } from "@pinnace/cri";
 *
 * async function running(runtime: ContainerRuntime): Promise<string[]> {
 *   const containers = await runtime.listContainers();
 *   return containers.filter(({ state }) => state === "RUNNING").map(({ name }) => name);
 * }
 *
 * running satisfies (runtime: ContainerRuntime) => Promise<string[]>;
 * ```
 *
 * Rejections are `CriError`s with the codes `NOT_FOUND`, `DEADLINE_EXCEEDED`, `UNAVAILABLE`, `UNIMPLEMENTED` and
 * `UNKNOWN`.
 *
 * @packageDocumentation
 */
export * from "./contract.ts";
export { CriError, type CriErrorCode } from "./cri-error.ts";
