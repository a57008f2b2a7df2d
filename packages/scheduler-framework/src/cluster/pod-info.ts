import type { Pod } from "@pinnace/api";
import type { HostPort, PodInfo } from "../contract/node-info.ts";
import { podRequests, podRequestsOrDefaults } from "./pod-requests.ts";

const NO_PORTS: readonly HostPort[] = Object.freeze([]);

/** Computes what plugins read of a pod. Do it once per version of the pod and share the result. */
export function createPodInfo(pod: Pod): PodInfo {
  const affinity = pod.spec?.affinity;
  const anti = affinity?.podAntiAffinity;
  return Object.freeze({
    pod,
    requests: podRequests(pod),
    nonZeroRequests: podRequestsOrDefaults(pod),
    hasAffinity: affinity?.podAffinity !== undefined || anti !== undefined,
    hasRequiredAntiAffinity: (anti?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
    hostPorts: hostPortsOf(pod),
  });
}

function hostPortsOf(pod: Pod): readonly HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  const ports = [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
      .map(({ hostPort, hostIP, protocol }) => ({
        port: hostPort!,
        ip: hostIP || "0.0.0.0",
        protocol: protocol ?? "TCP",
      })),
  );
  return ports.length === 0 ? NO_PORTS : ports;
}
