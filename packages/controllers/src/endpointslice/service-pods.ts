import type { Pod, Service, ServicePort } from "@pinnace/api";
import { labelSetMatcher } from "@pinnace/apimachinery";
import { isPodFinished, isTerminating } from "@pinnace/controller-runtime";

/** Whether endpoints of the service are ours to keep: it has a selector and is no ExternalName. */
export function selectsPods({ spec }: Service): boolean {
  return spec?.type !== "ExternalName" && Object.keys(spec?.selector ?? {}).length > 0;
}

export function selects(service: Service, pod: Pod): boolean {
  return selectsPods(service) && labelSetMatcher(service.spec?.selector ?? {}).matches(pod.metadata?.labels ?? {});
}

/** Whether a pod can be an endpoint at all: it has an address and has not finished. */
export function canBeEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodFinished(pod) || podAddresses(pod).length === 0) return false;
  return includeTerminating || !isTerminating(pod);
}

export function podAddresses({ status }: Pod): readonly string[] {
  if (status?.podIPs !== undefined && status.podIPs.length > 0)
    return status.podIPs.map(({ ip }) => ip).filter((ip) => ip !== undefined && ip !== "") as string[];
  return status?.podIP ? [status.podIP] : [];
}

/** The number of the pod's port that a service port leads to; undefined when the pod has none of that name. */
export function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort || port.port;
  if (typeof target === "number") return target;
  const restartable = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  for (const container of [...(pod.spec?.containers ?? []), ...restartable]) {
    const found = container.ports?.find(
      ({ name, protocol = "TCP" }) => name === target && protocol === (port.protocol ?? "TCP"),
    );
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** The hostname under which the pod answers in the DNS of a service that is its subdomain. */
export function hostnameIn(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata?.name ? hostname : undefined;
}

/** Labels that go from a service to what is derived from it, and the mark of a headless one. */
export function derivedLabels(service: Service): Readonly<Record<string, string>> {
  const { [HEADLESS]: _, ...labels } = service.metadata?.labels ?? {};
  return isHeadless(service) ? { ...labels, [HEADLESS]: "" } : labels;
}

const HEADLESS = "service.kubernetes.io/headless";

function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIP === "None";
}
