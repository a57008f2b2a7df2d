import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { ServerAddress } from "./api-server-leases.ts";

const API_LABELS = { component: "apiserver", provider: "kubernetes" };

/**
 * The `kubernetes` Service of namespace default and where it leads: to all servers that have the first one's port. A
 * loopback address is no endpoint.
 */
export function apiServiceObjects(
  [first, ...others]: readonly [ServerAddress, ...ServerAddress[]],
  serviceIp: string,
): readonly KubernetesObject[] {
  const { ip, port } = first;
  const ips = [ip, ...others.filter((other) => other.port === port).map((other) => other.ip)];
  const metadata = { name: "kubernetes", namespace: "default" };
  const ports = [{ name: "https", port, protocol: "TCP" }];
  const mirrored = { "endpointslice.kubernetes.io/skip-mirror": "true" };
  const service: Draft = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, labels: API_LABELS },
    spec: {
      type: "ClusterIP",
      clusterIP: serviceIp,
      clusterIPs: [serviceIp],
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
      sessionAffinity: "None",
    },
  };
  if (/^(127\.|::1$)/.test(ip)) return [service];
  const endpoints: Draft = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...metadata, labels: mirrored },
    subsets: [{ addresses: ips.map((each) => ({ ip: each })), ports }],
  };
  const slice: Draft = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: ip.includes(":") ? "IPv6" : "IPv4",
    endpoints: ips.map((each) => ({ addresses: [each], conditions: { ready: true } })),
    ports,
  };
  return [service, endpoints, slice];
}
