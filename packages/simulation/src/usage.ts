import type { ContainerStats } from "@pinnace/cri";
import { textFraction } from "./identifiers.ts";
import { scriptMilli } from "./script.ts";
import type { SimulatedContainer } from "./simulated-container.ts";

const MIB = 1024 * 1024;

/** What a simulated container uses at an instant: what its script says, else a tenth of its CPU shares and some memory. */
export function usageOf(container: SimulatedContainer, now: number): ContainerStats {
  const { id, config, sandbox, resources, startedAt, state } = container;
  const { annotations } = sandbox.config;
  const share = textFraction(id);
  const shares = resources.cpuShares ?? 2;
  const milliCpu = scriptMilli(annotations, "cpu", config.name) ?? (shares / 1024) * 100 * (0.5 + share) + 1;
  const scripted = scriptMilli(annotations, "memory", config.name);
  const memory = scripted === undefined ? Math.round((8 + share * 24) * MIB) : scripted / 1000;
  const bounded = Math.min(memory, resources.memoryLimit ?? Number.POSITIVE_INFINITY);
  const running = state === "RUNNING" ? Math.max(0, now - startedAt) : 0;
  return {
    id,
    timestamp: now,
    cpuUsageCoreNanoSeconds: Math.round(milliCpu * running * 1000),
    memoryWorkingSetBytes: state === "RUNNING" ? bounded : 0,
    memoryUsageBytes: state === "RUNNING" ? Math.round(bounded * 1.1) : 0,
  };
}
