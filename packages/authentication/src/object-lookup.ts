import { hasReason, type KubernetesObject, type ResourceType } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";

/** The kinds that tokens refer to. */
export type LookupKind = "ServiceAccount" | "Pod" | "Secret" | "Node";

/** Finds the objects that tokens stand for, as they are now. */
export interface ObjectLookup {
  /** `undefined` when there is none. `namespace` is "" for nodes. */
  get(kind: LookupKind, namespace: string, name: string): Promise<LookupObject | undefined>;
}

/** An object that a token refers to; `data` is that of a Secret (base64). */
export interface LookupObject extends KubernetesObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const TYPES: Readonly<Record<LookupKind, ResourceType<LookupObject>>> = {
  ServiceAccount: { group: "", version: "v1", resource: "serviceaccounts", kind: "ServiceAccount", namespaced: true },
  Pod: { group: "", version: "v1", resource: "pods", kind: "Pod", namespaced: true },
  Secret: { group: "", version: "v1", resource: "secrets", kind: "Secret", namespaced: true },
  Node: { group: "", version: "v1", resource: "nodes", kind: "Node", namespaced: false },
};

/** Looks up with GETs of a client. The client is asked for when it is first needed, as the server may be its own client. */
export function createClientLookup(client: () => Client): ObjectLookup {
  return {
    async get(kind, namespace, name) {
      const resource = client().resource(TYPES[kind]);
      try {
        return await (namespace === "" ? resource : resource.namespace(namespace)).get(name);
      } catch (error) {
        if (hasReason(error, "NotFound")) return undefined;
        throw error;
      }
    },
  };
}
