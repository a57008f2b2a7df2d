import type { EndpointSlice, Service } from "@pinnace/api";

/** An address that traffic may go to. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly nodeName: string | undefined;
}

interface Candidate extends Endpoint {
  readonly ready: boolean;
  /** Still answers while it terminates (KEP-1669). */
  readonly servingTerminating: boolean;
}

/** The endpoints of one service port, in a stable order, each address once. */
export function endpointsOf(slices: readonly EndpointSlice[], portName: string, nodeName: string): PortEndpoints {
  const candidates = slices.flatMap((slice) => candidatesOf(slice, portName));
  const unique = [...new Map(candidates.map((each) => [`${each.address}:${each.port}`, each])).values()];
  unique.sort((a, b) => (a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1));
  return {
    cluster: usable(unique),
    local: usable(unique.filter((each) => each.nodeName === nodeName)),
  };
}

/** Where traffic may go under the policies `Cluster` and `Local`. */
export interface PortEndpoints {
  readonly cluster: readonly Endpoint[];
  readonly local: readonly Endpoint[];
}

/** Ready ones; when there are none, those that still serve while they terminate. */
function usable(candidates: readonly Candidate[]): readonly Endpoint[] {
  const ready = candidates.filter((each) => each.ready);
  return ready.length > 0 ? ready : candidates.filter((each) => each.servingTerminating);
}

function candidatesOf(slice: EndpointSlice, portName: string): readonly Candidate[] {
  if (slice.addressType !== "IPv4") return [];
  const port = slice.ports?.find((each) => (each.name ?? "") === portName)?.port;
  if (port === undefined) return [];
  return (slice.endpoints ?? []).flatMap(({ addresses, conditions, nodeName }) =>
    addresses.slice(0, 1).map((address) => ({
      address,
      port,
      nodeName,
      ready: conditions?.ready !== false,
      servingTerminating: conditions?.serving !== false && conditions?.terminating === true,
    })),
  );
}

/** True for services that the data plane has nothing to do for. */
export function isIgnored(service: Service): boolean {
  const { clusterIP, type } = service.spec ?? {};
  return type === "ExternalName" || clusterIP === undefined || clusterIP === "" || clusterIP === "None";
}
