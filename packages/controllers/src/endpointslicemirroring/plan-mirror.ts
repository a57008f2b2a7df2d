import type {
  Endpoint,
  EndpointAddress,
  DiscoveryV1EndpointPort as EndpointPort,
  EndpointSlice,
  Endpoints,
} from "@pinnace/api";
import { semanticEqual } from "@pinnace/apimachinery";
import { type AddressType, portsKey } from "../endpointslice/endpoints-of.ts";

/** Addresses of one subset that are mirrored at most. */
export const MAX_MIRRORED = 1000;

/** What a mirrored slice is to hold. */
interface MirroredSlice {
  readonly addressType: AddressType;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface MirrorPlan {
  readonly create: readonly MirroredSlice[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
  /** Addresses beyond {@link MAX_MIRRORED}, over all subsets. */
  readonly skipped: number;
}

/** What mirrored slices take over from their Endpoints besides the addresses. */
export type MirroredMetadata = Pick<NonNullable<EndpointSlice["metadata"]>, "labels" | "annotations">;

/** The fewest changes that make the slices say what the Endpoints say. A slice with other ports is used again. */
export function planMirror(
  endpoints: Endpoints,
  existing: readonly EndpointSlice[],
  metadata: MirroredMetadata,
): MirrorPlan {
  const { slices, skipped } = mirroredSlices(endpoints);
  const free = new Set(existing);
  const take = (wanted: MirroredSlice, samePorts: boolean): EndpointSlice | undefined => {
    for (const slice of free) {
      if (slice.addressType !== wanted.addressType) continue;
      if (samePorts && portsKey(slice.ports) !== portsKey(wanted.ports)) continue;
      free.delete(slice);
      return slice;
    }
    return undefined;
  };
  const exact = slices.map((wanted) => ({ wanted, slice: take(wanted, true) }));
  const pairs = exact.map(({ wanted, slice }) => ({ wanted, slice: slice ?? take(wanted, false) }));
  return {
    create: pairs.flatMap(({ wanted, slice }) => (slice === undefined ? [wanted] : [])),
    update: pairs.flatMap(({ wanted, slice }) => {
      if (slice === undefined) return [];
      const { labels, annotations, ...own } = slice.metadata ?? {};
      const next = { ...slice, ...wanted, metadata: { ...own, ...metadata } };
      return semanticEqual(next, slice) ? [] : [next];
    }),
    delete: [...free],
    skipped,
  };
}

function mirroredSlices({ subsets = [] }: Endpoints): {
  readonly slices: readonly MirroredSlice[];
  readonly skipped: number;
} {
  const groups = new Map<string, MirroredSlice & { readonly endpoints: Endpoint[] }>();
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const all = [
      ...addresses.map((address) => endpointOf(address, true)),
      ...notReadyAddresses.map((address) => endpointOf(address, false)),
    ];
    skipped += Math.max(0, all.length - MAX_MIRRORED);
    const slicePorts = ports.map(({ name = "", protocol = "TCP", ...port }) => ({ name, protocol, ...port }));
    for (const endpoint of all.slice(0, MAX_MIRRORED)) {
      const addressType = endpoint.addresses[0]?.includes(":") ? "IPv6" : "IPv4";
      const key = `${addressType} ${portsKey(slicePorts)}`;
      const group = groups.get(key) ?? { addressType, ports: slicePorts, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpoint);
    }
  }
  return { slices: [...groups.values()], skipped };
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
