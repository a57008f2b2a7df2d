/**
 * Simulated nodes.
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
