import type { EndpointSlice, Service } from "@pinnace/api";

export interface EndpointLiteral {
  readonly address: string;
  readonly node?: string;
  readonly ready?: boolean;
  readonly terminating?: boolean;
}

export function service(name: string, clusterIP: string, spec: object = {}): Service {
  const ports = [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }];
  return { metadata: { name, namespace: "ns" }, spec: { clusterIP, ports, ...spec } } as unknown as Service;
}

export function slice(name: string, endpoints: readonly EndpointLiteral[], port = 8080): EndpointSlice {
  return {
    metadata: { name: `${name}-1`, namespace: "ns", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "http", protocol: "TCP", port }],
    endpoints: endpoints.map(({ address, node, ready = true, terminating = false }) => ({
      addresses: [address],
      ...(node === undefined ? {} : { nodeName: node }),
      conditions: { ready, serving: true, terminating },
    })),
  } as unknown as EndpointSlice;
}
