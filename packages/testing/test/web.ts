import type { Deployment, Pod } from "@pinnace/api";

/** A Deployment of an app, with annotations for its simulated pods. */
export function deployment(
  name: string,
  replicas: number,
  { image = `${name}:1`, annotations = {} }: { image?: string; annotations?: Record<string, string> } = {},
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { containers: [{ name: "app", image }] },
      },
    },
  } as Deployment;
}

export function running(pods: readonly Pod[]): boolean {
  return pods.length > 0 && pods.every(({ status }) => status?.phase === "Running");
}
