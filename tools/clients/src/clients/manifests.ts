import type { V1ConfigMap, V1Deployment } from "@kubernetes/client-node";

/** The Deployment of one replica that clients scale, read logs of and delete. */
export const WEB: V1Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1", ports: [{ containerPort: 8080 }] }] },
    },
  },
};

/** A ConfigMap that label selectors and pages find. */
export function pagedConfigMap(name: string): V1ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { group: "paged", name } },
    data: { a: "1" },
  };
}

/** What a user without rights is told. */
export const deniedText = (namespace: string): string =>
  `secrets is forbidden: User "system:serviceaccount:${namespace}:nobody" cannot list resource "secrets" in API group "" in the namespace "${namespace}"`;
