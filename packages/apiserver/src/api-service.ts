import type { Draft, KubernetesObject } from "@pinnace/apimachinery";

const API_LABELS = { component: "apiserver", provider: "kubernetes" };

/** The `kubernetes` Service of namespace default and where it leads; a loopback address is no endpoint. */
export function apiServiceObjects(
  address: { readonly ip: string; readonly port: number },
  serviceIp: string,
): readonly KubernetesObject[] {
  const { ip, port } = address;
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
    subsets: [{ addresses: [{ ip }], ports }],
  };
  const slice: Draft = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
    addressType: ip.includes(":") ? "IPv6" : "IPv4",
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports,
  };
  return [service, endpoints, slice];
}
