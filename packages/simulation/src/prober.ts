import type { PodNetwork, ProbeResult, Prober, ProbeTarget } from "@pinnace/kubelet";
import { scriptValue } from "./script.ts";

/**
 * Probes of simulated containers: they succeed, unless the pod's annotations say otherwise. The answer is known at once
 * and holds until the annotations change, so that no probe keeps a timer.
 */
export function createSimulatedProber(): Prober {
  const settled = (target: ProbeTarget): ProbeResult => {
    const { pod, container, kind } = target;
    const failing = scriptValue(pod.metadata?.annotations ?? {}, kind, container.name) === "false";
    return failing ? { outcome: "failure", output: "simulated failure" } : { outcome: "success", output: "" };
  };
  return { settled, probe: async (target) => settled(target) };
}

/** The network of simulated pods as hooks see it: everybody answers. */
export const simulatedNetwork: PodNetwork = Object.freeze({
  httpGet: async () => ({ status: 200, body: "" }),
  tcpConnect: async () => undefined,
  grpcHealth: async () => "SERVING",
});
