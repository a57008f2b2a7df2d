/**
 * Simulated nodes: real kubelets over containers that live in memory. A pod on one becomes Running and Ready at once,
 * has an address, logs, usage, a small shell for `exec` and an HTTP responder for `port-forward`; a pod of a Job
 * completes, and so does a command that says when (`sleep 300`, `sh -c "exit 1"`). Thousands of nodes share one cache and a handful of timers.
 *
 * Annotations of a pod say what goes wrong with it (`pinnace.io/simulation-exit-code: "1"`, see {@link ScriptKey}),
 * delays of the nodes say how long things take, and {@link SimulatedNodes.crash} takes a node away. On a virtual clock
 * with a seeded `random` a run repeats exactly.
 *
 * ```ts
 * import { createSimulatedNodes, type SimulatedNodes, type SimulatedNodesComponents } from "@pinnace/simulation";
 *
 * export async function threeNodes(components: SimulatedNodesComponents): Promise<SimulatedNodes> {
 *   const nodes = createSimulatedNodes(components, { count: 3, capacity: { cpu: "8", memory: "16Gi", pods: "110" } });
 *   await nodes.start();
 *   return nodes; // sim-0, sim-1, sim-2
 * }
 * ```
 *
 * @packageDocumentation
 */
export * from "./node-description.ts";
export { simulatedCgroups, simulatedPodFiles } from "./pod-files.ts";
export { createSimulatedProber, simulatedNetwork } from "./prober.ts";
export { createSimulatedRuntime, type SimulatedRuntimeComponents, type SimulatedRuntimeOptions } from "./runtime.ts";
export { ANNOTATION_PREFIX, type ScriptKey } from "./script.ts";
export {
  createSimulatedNodes,
  SIMULATED_NODES,
  type SimulatedNodes,
  type SimulatedNodesComponents,
  type SimulatedNodesOptions,
} from "./simulated-nodes.ts";
