import {
  AppsV1Api,
  AuthenticationV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  VersionApi,
} from "@kubernetes/client-node";
import type { CommonStep } from "../steps.ts";

/** `@kubernetes/client-node` against one cluster and namespace. */
export interface NodeSession {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly objects: KubernetesObjectApi;
  readonly version: VersionApi;
}

export type NodeStep = readonly [CommonStep | (string & {}), (session: NodeSession) => Promise<void>];

export function createNodeSession(config: KubeConfig, namespace: string): NodeSession {
  return {
    config,
    namespace,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    version: config.makeApiClient(VersionApi),
  };
}

/** The same cluster with a token for credentials. */
export function withToken(
  { config }: NodeSession,
  token: string,
): { core: CoreV1Api; authentication: AuthenticationV1Api } {
  const other = new KubeConfig();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig names no cluster");
  other.loadFromClusterAndUser(cluster, { name: "nobody", token });
  return { core: other.makeApiClient(CoreV1Api), authentication: other.makeApiClient(AuthenticationV1Api) };
}
