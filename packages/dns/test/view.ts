import type { Service } from "@pinnace/api";
import type { ClusterView, Target } from "../src/cluster-view.ts";

export function service(name: string, spec: object): Service {
  return { metadata: { name, namespace: "ns" }, spec } as unknown as Service;
}

const ports = [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }];
const target = (address: string, hostname: string): Target => ({
  address,
  hostname,
  ports: [{ name: "http", protocol: "tcp", port: 8080 }],
});

const services: readonly Service[] = [
  service("web", { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7", "fd00::7"], ports }),
  service("db", { clusterIP: "None", clusterIPs: ["None"], ports }),
  service("empty", { clusterIP: "None", clusterIPs: ["None"], ports }),
  service("out", { type: "ExternalName", externalName: "example.org" }),
  service("alias", { type: "ExternalName", externalName: "web.ns.svc.cluster.local" }),
];

const targets: readonly Target[] = [target("10.244.0.5", "db-0"), target("10.244.0.6", "10-244-0-6")];

/** A cluster of one namespace. */
export const view: ClusterView = {
  namespaceExists: (namespace) => namespace === "ns",
  service: (namespace, name) => services.find((each) => namespace === "ns" && each.metadata?.name === name),
  targets: (each) => (each.metadata?.name === "db" ? targets : []),
  servicesByAddress: (address) => services.filter((each) => each.spec?.clusterIPs?.includes(address)),
  targetsByAddress: (address) =>
    targets.filter((each) => each.address === address).map((each) => ({ service: services[1]!, target: each })),
  whenSynced: async () => undefined,
};
