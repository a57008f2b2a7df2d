import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Secret } from "@pinnace/api";

/**
 * Where a node reads the API objects that pods refer to. Answers may lag the API server by up to a minute; an object
 * that was never seen is looked up anew each time. `undefined` means that it does not exist.
 */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  persistentVolumeClaim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  /** A token bound to the pod (KEP-1205), asked for anew at 80 % of its life. */
  serviceAccountToken(request: TokenRequestSpec): Promise<string>;
}

export interface TokenRequestSpec {
  readonly namespace: string;
  readonly serviceAccountName: string;
  /** Empty: the API server's own audience. */
  readonly audience: string;
  readonly expirationSeconds: number;
  readonly podName: string;
  readonly podUid: string;
}
