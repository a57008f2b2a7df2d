import type { Draft } from "@pinnace/apimachinery";
import type { Mutation } from "@pinnace/store";
import type { RestContext } from "../rest/rest-context.ts";
import { systemObject } from "../rest/system-object.ts";
import { storageKey } from "../storage/keys.ts";
import { storedValue } from "../storage/object-value.ts";

/** Who makes the IPAddresses of Services (KEP-1880). */
const MANAGER = "ipallocator.k8s.io";

/** The IPAddress objects of Services: each cluster IP has one, written and deleted with its Service. */
export interface IpAddresses {
  /** Empty when the server does not serve IPAddresses. */
  create(ip: string, service: Draft): Promise<readonly Mutation[]>;
  remove(ip: string): readonly Mutation[];
}

/** `context` is asked when the first address is made. */
export function createIpAddresses(context: () => RestContext): IpAddresses {
  const find = (rest: RestContext) => rest.registry.findAnyVersion("networking.k8s.io", "ipaddresses");
  return {
    create: async (ip, service) => {
      const rest = context();
      const definition = find(rest);
      if (definition === undefined) return [];
      const { draft } = await systemObject(rest, ipAddress(ip, service), definition);
      return [{ type: "put", key: storageKey(definition, "", ip), value: storedValue(draft) }];
    },
    remove: (ip) => {
      const definition = find(context());
      return definition === undefined ? [] : [{ type: "delete", key: storageKey(definition, "", ip) }];
    },
  };
}

function ipAddress(ip: string, { metadata }: Draft): Draft {
  const { name, namespace } = metadata;
  return {
    kind: "IPAddress",
    apiVersion: "networking.k8s.io/v1",
    metadata: {
      name: ip,
      labels: { "ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": MANAGER },
    },
    spec: { parentRef: { resource: "services", name, namespace } },
  };
}
