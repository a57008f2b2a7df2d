import { NODES, type Node } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { type ControllerFactory, watchOf } from "@pinnace/controller-runtime";
import { createCidrPool } from "./cidr-pool.ts";

export interface NodeIpamOptions {
  /** The network of all pods; default `10.244.0.0/16`. */
  readonly clusterCidr?: string;
  /** Bits of a node's share of it; default 24, 64 for IPv6. */
  readonly nodeMaskSize?: number;
}

/** Gives every node its share of the pod network: `spec.podCIDR`. */
export function nodeIpamController(options: NodeIpamOptions = {}): ControllerFactory {
  const { clusterCidr = "10.244.0.0/16" } = options;
  const maskSize = options.nodeMaskSize ?? (clusterCidr.includes(":") ? 64 : 24);
  return {
    name: "node-ipam-controller",
    serviceAccount: "node-controller",
    eventSource: "cidrAllocator",
    create: ({ client, informers, events }) => {
      const nodes = informers.informer(NODES);
      const pool = createCidrPool(clusterCidr, maskSize);
      const occupy = (node: Node): void => {
        for (const subnet of subnetsOf(node)) pool.occupy(subnet);
      };
      return {
        watches: [
          watchOf(nodes, ({ type, object }) => {
            if (type === "delete") for (const subnet of subnetsOf(object)) pool.release(subnet);
            else occupy(object);
            return type === "delete" || subnetsOf(object).length > 0 ? [] : [object.metadata?.name ?? ""];
          }),
        ],
        reconcile: async (name) => {
          const node = nodes.lister.get(name);
          if (node === undefined || subnetsOf(node).length > 0) return undefined;
          const podCIDR = pool.next();
          if (podCIDR === undefined) {
            events.event(node, "Normal", "CIDRNotAvailable", `Node ${name} status is now: CIDRNotAvailable`);
            throw new Error(`no pod CIDR is left for node ${name}`);
          }
          try {
            const body = { metadata: { uid: node.metadata?.uid }, spec: { podCIDR, podCIDRs: [podCIDR] } };
            await client.resource(NODES).patch(name, { type: "merge", body });
          } catch (error) {
            pool.release(podCIDR);
            if (!hasReason(error, "NotFound")) throw error;
          }
          return undefined;
        },
      };
    },
  };
}

function subnetsOf({ spec }: Node): readonly string[] {
  if (spec?.podCIDRs !== undefined && spec.podCIDRs.length > 0) return spec.podCIDRs;
  return spec?.podCIDR ? [spec.podCIDR] : [];
}
