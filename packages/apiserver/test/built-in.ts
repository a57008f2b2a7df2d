import { createBuiltInDefinitions } from "@pinnace/api";
import type { ApiServerComponents, ApiServerOptions } from "../src/index.ts";
import { type Harness, startServer } from "./harness.ts";

/** A server with all built-in kinds and no admission. */
export function startBuiltIn(
  components: Partial<ApiServerComponents> = {},
  options: ApiServerOptions = {},
): Promise<Harness> {
  return startServer(createBuiltInDefinitions(), components, options);
}

export const pod = (name: string, more: object = {}): object => ({
  metadata: { name, labels: { app: "x" } },
  spec: { containers: [{ name: "a", image: "i" }] },
  ...more,
});

export const deployment = (name: string, replicas: number): object => ({
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: "x" } },
    template: { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "a", image: "i" }] } },
  },
});
