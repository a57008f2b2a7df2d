import type {
  Endpoint,
  DiscoveryV1EndpointPort as EndpointPort,
  EndpointSlice,
  Node,
  Pod,
  Service,
} from "@pinnace/api";
import { isPodReady, isTerminating } from "@pinnace/controller-runtime";
import { canBeEndpoint, hostnameIn, podAddresses, selectsPods, targetPort } from "./service-pods.ts";

const ZONE = "topology.kubernetes.io/zone";

export type AddressType = "IPv4" | "IPv6";

/** Endpoints that share their ports: they can share slices. */
export interface EndpointGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The endpoints of a service, grouped by ports, in the order of the pods. */
export function endpointGroups(
  service: Service,
  pods: readonly Pod[],
  addressType: AddressType,
  nodeOf: (name: string) => Node | undefined,
): readonly EndpointGroup[] {
  if (!selectsPods(service)) return [];
  const groups = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    if (!canBeEndpoint(pod, true)) continue;
    const node = nodeOf(pod.spec?.nodeName ?? "");
    if (node === undefined && !service.spec?.publishNotReadyAddresses) continue;
    const addresses = podAddresses(pod).filter((address) => familyOf(address) === addressType);
    if (addresses.length === 0) continue;
    const ports = portsOf(service, pod);
    const key = portsKey(ports);
    const endpoint = endpointOf(service, pod, addresses, node);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports, endpoints: [endpoint] });
    else group.endpoints.push(endpoint);
  }
  return [...groups.values()];
}

/** What tells groups of endpoints apart: their ports, in whatever order. */
export function portsKey(ports: EndpointSlice["ports"]): string {
  return (ports ?? [])
    .map(({ name = "", protocol = "", port, appProtocol = "" }) => [name, protocol, port, appProtocol].join("/"))
    .sort()
    .join(",");
}

/** The address types that a service needs slices of. */
export function addressTypes(service: Service): readonly AddressType[] {
  const families = service.spec?.ipFamilies ?? [];
  if (families.length > 0) return families as readonly AddressType[];
  const { clusterIP } = service.spec ?? {};
  return [clusterIP?.includes(":") ? "IPv6" : "IPv4"];
}

function familyOf(address: string): AddressType {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) });
  }
  return ports;
}

function endpointOf(service: Service, pod: Pod, addresses: readonly string[], node: Node | undefined): Endpoint {
  const serving = isPodReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const hostname = hostnameIn(pod, service);
  const nodeName = pod.spec?.nodeName;
  const zone = node?.metadata?.labels?.[ZONE];
  const hints = ready ? hintsOf(service, nodeName, zone) : undefined;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: {
      kind: "Pod",
      namespace: pod.metadata?.namespace ?? "",
      name: pod.metadata?.name ?? "",
      uid: pod.metadata?.uid ?? "",
    },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...(hints === undefined ? {} : { hints }),
  };
}

/** Where clients should be for this endpoint, by `spec.trafficDistribution` (KEP-4444, KEP-3015). */
function hintsOf(service: Service, node: string | undefined, zone: string | undefined): Endpoint["hints"] {
  const zones = zone ? { forZones: [{ name: zone }] } : undefined;
  switch (service.spec?.trafficDistribution) {
    case "PreferClose":
    case "PreferSameZone":
      return zones;
    case "PreferSameNode":
      return node ? { ...zones, forNodes: [{ name: node }] } : zones;
    default:
      return undefined;
  }
}
