/**
 * CNI in TypeScript: the contract of a network plugin, the agent that serves plugins to a container runtime, the runtime
 * that calls a chain itself, and what plugin authors need (addresses, namespaces, a compliance suite).
 *
 * A container runtime calls executables. `installCniShim` puts a program of a kilobyte into its binary directory; the
 * program forwards each call to the agent, where the plugins live in a warm process. Real CNI binaries stay beside it and
 * may stand in the same chain.
 *
 * ```ts
 * import {
 *   CNI_API_VERSION,
 *   CNI_PLUGIN_TYPE,
 *   type CniAgent,
 *   createCniAgent,
 *   createCniPlugins,
 *   installCniShim,
 *   loopbackPlugin,
 * } from "@pinnace/cni-plugins";
 * import { silentLogger } from "@pinnace/logging";
 * import { createPluginRegistry } from "@pinnace/plugin";
 *
 * export async function serve(socketPath: string): Promise<CniAgent> {
 *   const hosts = [{ type: CNI_PLUGIN_TYPE, apiVersion: CNI_API_VERSION }];
 *   const registry = createPluginRegistry([{ source: "built in", definition: loopbackPlugin }], { hosts });
 *   const plugins = await createCniPlugins(registry, { stateDirectory: "/var/lib/pinnace/cni" });
 *   const agent = createCniAgent({ plugins, logger: silentLogger }, { socketPath });
 *   await agent.start();
 *   await installCniShim({ binaryDirectory: "/opt/cni/bin", socketPath, types: Object.keys(plugins) });
 *   return agent;
 * }
 * ```
 *
 * `installCniNetwork` then writes the conflist. A plugin is a `definePlugin` of type `pinnace.cni.v1`; run
 * `describeCniPlugin` of `@pinnace/cni-plugins/compliance` on it.
 *
 * Error codes besides those of the spec: `SOCKET_IN_USE`, `SOCKET_PATH_TOO_LONG`, `ARCHITECTURE_UNKNOWN`,
 * `PROGRAM_FAILED`, `NETWORK_INVALID`. Results are read and written in the versions 0.3.0 to 1.1.0 of the spec. IPv4 only.
 *
 * @packageDocumentation
 */
export { type CniAgent, type CniAgentComponents, type CniAgentOptions, createCniAgent } from "./agent/cni-agent.ts";
export { type CniAnswer, type CniInvocation, type CniPlugins, dispatchCni } from "./agent/dispatch.ts";
export * from "./contract.ts";
export { createCniComponents } from "./host/cni-components.ts";
export { createCniPlugins } from "./host/create-cni-plugins.ts";
export { inNamespace, namespacePath } from "./host/namespace.ts";
export { type Attachment, createHostLocalIpam, type HostLocalIpam, type Lease } from "./ipam/host-local.ts";
export type { HostLocalConfig, RangeConfig } from "./ipam/range.ts";
export { loopbackPlugin } from "./loopback/index.ts";
export {
  type CniAttachment,
  type CniRuntime,
  type CniRuntimeComponents,
  type CniRuntimeOptions,
  createCniRuntime,
} from "./runtime/cni-runtime.ts";
export { type CniNetwork, type CniPluginConfig, loadCniNetwork, parseCniNetwork } from "./runtime/network.ts";
export {
  type CniNetworkOptions,
  type CniShimOptions,
  installCniNetwork,
  installCniShim,
} from "./shim/install-cni-shim.ts";
export { shimProgram } from "./shim/shim-program.ts";
export { CNI_RESULT_VERSIONS, readResult, writeResult } from "./wire/result.ts";
