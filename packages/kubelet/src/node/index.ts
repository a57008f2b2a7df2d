/**
 * A node agent on a real machine: streams, files, logs, volumes, cgroups and probes of Node.js around the kubelet.
 *
 * ```ts
 * import type { Kubelet } from "@pinnace/kubelet";
 * import { createNodeAgent, describeMachine, type NodeAgentComponents } from "@pinnace/kubelet/node";
 *
 * export async function runAgent(components: NodeAgentComponents, address: string): Promise<Kubelet> {
 *   const node = await describeMachine({ addresses: [{ type: "InternalIP", address }] });
 *   const agent = await createNodeAgent(components, { node });
 *   await agent.start();
 *   return agent;
 * }
 * ```
 *
 * @packageDocumentation
 */
export { createNodeCgroups, type NodeCgroupsOptions } from "./cgroups/node-cgroups.ts";
export { LogRotator, type LogRotatorOptions } from "./logs/log-rotator.ts";
export { describeMachine, type MachineOptions, readResolver } from "./machine.ts";
export { createNodeAgent, type NodeAgentComponents, type NodeAgentOptions } from "./node-agent.ts";
export { createNodeNetwork } from "./node-network.ts";
export { createNodePodFiles, type NodePodFilesOptions } from "./node-pod-files.ts";
export { type NodeStateOptions, removeNodeState } from "./remove-node-state.ts";
export { createStreamServer, type NodeConnection } from "./streaming/stream-server.ts";
