import { ENDPOINT_SLICES, type EndpointSlice, SERVICES, type Service } from "@pinnace/api";
import { hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";

/** Where pods find the server: the Service's fixed address, and what answers behind it. */
export interface DnsEndpoint {
  /** An address of the service range, by custom its tenth: `10.96.0.10`. */
  readonly clusterIP: string;
  /** Where the server listens, as reached from the nodes. */
  readonly address: string;
  readonly port: number;
}

const LABELS = { "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" };

const ports = (port: number): readonly { name: string; protocol: string; port: number }[] => [
  { name: "dns", protocol: "UDP", port },
  { name: "dns-tcp", protocol: "TCP", port },
];

/**
 * Writes Service `kube-system/kube-dns`, without a selector, and its EndpointSlice. The name and labels are what tools
 * look for, whatever server is behind it.
 */
export async function publishDnsService(client: Client, endpoint: DnsEndpoint): Promise<void> {
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels: LABELS },
    spec: {
      clusterIP: endpoint.clusterIP,
      ports: ports(53).map((each) => ({ ...each, targetPort: endpoint.port })),
    } as NonNullable<Service["spec"]>,
  };
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "kube-dns",
      namespace: "kube-system",
      labels: { "kubernetes.io/service-name": "kube-dns", "endpointslice.kubernetes.io/managed-by": "pinnace-dns" },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: [endpoint.address], conditions: { ready: true, serving: true, terminating: false } }],
    ports: ports(endpoint.port),
  };
  await createOrReplace(client, SERVICES, service, (live) => live.spec?.clusterIP === endpoint.clusterIP);
  await createOrReplace(client, ENDPOINT_SLICES, slice, () => false);
}

async function createOrReplace<T extends KubernetesObject>(
  client: Client,
  type: ResourceType<T>,
  object: T,
  isCurrent: (live: T) => boolean,
): Promise<void> {
  const { name = "", namespace = "" } = object.metadata ?? {};
  const resource = client.resource(type).namespace(namespace);
  const live = await resource.get(name).catch((error: unknown) => {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  });
  if (live !== undefined && isCurrent(live)) return;
  if (live !== undefined) await resource.delete(name);
  await resource.create(object);
}
