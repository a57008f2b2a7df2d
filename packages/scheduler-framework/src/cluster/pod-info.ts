import type { Pod } from "@pinnace/api";
import type { HostPort, PodInfo } from "../contract/node-info.ts";
import { podRequests, podRequestsOrDefaults } from "./pod-requests.ts";

const NO_PORTS: readonly HostPort[] = Object.freeze([]);

/** What of an info depends on the spec alone. */
type SpecPart = Omit<PodInfo, "pod">;

interface Known {
  readonly spec: NonNullable<Pod["spec"]>;
  readonly part: SpecPart;
}

/** A pod that is bound or reported on keeps its frozen containers: what was computed for them is used again. */
const KNOWN = new WeakMap<object, Known>();

/** Computes what plugins read of a pod. Do it once per version of the pod and share the result. */
export function createPodInfo(pod: Pod): PodInfo {
  const { spec } = pod;
  if (spec?.containers === undefined || isResizing(pod)) return infoOf(pod, compute(pod));
  const known = KNOWN.get(spec.containers);
  if (known !== undefined && hasSameParts(known.spec, spec)) return infoOf(pod, known.part);
  const part = compute(pod);
  KNOWN.set(spec.containers, { spec, part });
  return infoOf(pod, part);
}

/** Requests then depend on the status, too (KEP-1287). */
function isResizing({ status }: Pod): boolean {
  const statuses = [status?.containerStatuses, status?.initContainerStatuses];
  return statuses.some((list) =>
    list?.some(({ resources, allocatedResources }) => resources !== undefined || allocatedResources !== undefined),
  );
}

function hasSameParts(a: NonNullable<Pod["spec"]>, b: NonNullable<Pod["spec"]>): boolean {
  return (
    a.initContainers === b.initContainers &&
    a.overhead === b.overhead &&
    a.resources === b.resources &&
    a.affinity === b.affinity
  );
}

function infoOf(pod: Pod, part: SpecPart): PodInfo {
  return Object.freeze({
    pod,
    requests: part.requests,
    nonZeroRequests: part.nonZeroRequests,
    hasAffinity: part.hasAffinity,
    hasRequiredAntiAffinity: part.hasRequiredAntiAffinity,
    hostPorts: part.hostPorts,
  });
}

function compute(pod: Pod): SpecPart {
  const affinity = pod.spec?.affinity;
  const anti = affinity?.podAntiAffinity;
  return {
    requests: podRequests(pod),
    nonZeroRequests: podRequestsOrDefaults(pod),
    hasAffinity: affinity?.podAffinity !== undefined || anti !== undefined,
    hasRequiredAntiAffinity: (anti?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0,
    hostPorts: hostPortsOf(pod),
  };
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
