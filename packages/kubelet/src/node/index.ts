/**
 * A node agent on a real machine: streams, files, logs, volumes, cgroups and probes of Node.js around the kubelet.
 *
 * @packageDocumentation
 */
export { createNodeCgroups, type NodeCgroupsOptions } from "./cgroups/node-cgroups.ts";
export { LogRotator, type LogRotatorOptions } from "./logs/log-rotator.ts";
export { describeMachine, type MachineOptions, readResolver } from "./machine.ts";
export { createNodeAgent, type NodeAgentComponents, type NodeAgentOptions } from "./node-agent.ts";
export { createNodeNetwork } from "./node-network.ts";
export { createNodePodFiles, type NodePodFilesOptions } from "./node-pod-files.ts";
export { createStreamServer, type NodeConnection } from "./streaming/stream-server.ts";
