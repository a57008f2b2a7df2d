import { ENDPOINT_SLICES, type EndpointSlice, NAMESPACES, SERVICES, type Service } from "@pinnace/api";
import type { Informer, InformerFactory } from "@pinnace/client";

/** One address behind a headless service. */
export interface Target {
  readonly address: string;
  /** The endpoint's hostname, or its address with dashes. */
  readonly hostname: string;
  readonly ports: readonly TargetPort[];
}

interface TargetPort {
  readonly name: string;
  /** Lower case: `tcp`. */
  readonly protocol: string;
  readonly port: number;
}

/** What names need to know of the cluster. */
export interface ClusterView {
  namespaceExists(namespace: string): boolean;
  service(namespace: string, name: string): Service | undefined;
  /** The endpoints of a headless service that may be named: ready ones, or all when it publishes not-ready addresses. */
  targets(service: Service): readonly Target[];
  /** Services with this cluster IP. */
  servicesByAddress(address: string): readonly Service[];
  /** Headless services with an endpoint of this address, and its target. */
  targetsByAddress(address: string): readonly { readonly service: Service; readonly target: Target }[];
  whenSynced(signal?: AbortSignal): Promise<void>;
}

const SERVICE_LABEL = "kubernetes.io/service-name";

const serviceOf = (slice: EndpointSlice): string =>
  `${slice.metadata?.namespace ?? ""}/${slice.metadata?.labels?.[SERVICE_LABEL] ?? ""}`;

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === "None";

/** Reads from shared informers, so that answers cost no request. */
export function createClusterView(informers: InformerFactory): ClusterView {
  const namespaces = informers.informer(NAMESPACES);
  const services = informers.informer(SERVICES, {
    indexes: { dnsAddress: (service) => service.spec?.clusterIPs ?? [] },
  });
  const slices = informers.informer(ENDPOINT_SLICES, {
    indexes: {
      dnsService: (slice) => [serviceOf(slice)],
      dnsAddress: (slice) => slice.endpoints?.flatMap(({ addresses }) => addresses) ?? [],
    },
  });
  const all: readonly Informer<never>[] = [namespaces, services, slices] as never;
  const targetsOf = (service: Service): readonly Target[] => {
    const { namespace = "", name = "" } = service.metadata ?? {};
    const everyone = service.spec?.publishNotReadyAddresses === true;
    return slices.lister.byIndex("dnsService", `${namespace}/${name}`).flatMap((slice) => readTargets(slice, everyone));
  };
  return {
    namespaceExists: (namespace) => namespaces.lister.get(namespace) !== undefined,
    service: (namespace, name) => services.lister.get(`${namespace}/${name}`),
    targets: targetsOf,
    servicesByAddress: (address) => services.lister.byIndex("dnsAddress", address),
    targetsByAddress(address) {
      const keys = new Set(slices.lister.byIndex("dnsAddress", address).map(serviceOf));
      const found = [...keys].map((key) => services.lister.get(key)).filter((service) => service !== undefined);
      return found.filter(isHeadless).flatMap((service) =>
        targetsOf(service)
          .filter((target) => target.address === address)
          .map((target) => ({ service, target })),
      );
    },
    whenSynced: async (signal) => void (await Promise.all(all.map((informer) => informer.whenSynced(signal)))),
  };
}

function readTargets(slice: EndpointSlice, everyone: boolean): readonly Target[] {
  const ports = (slice.ports ?? []).map(({ name, protocol, port }) => ({
    name: name ?? "",
    protocol: (protocol ?? "TCP").toLowerCase(),
    port: port ?? 0,
  }));
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => everyone || conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses.map((address) => ({ address, ports, hostname: hostname || address.replace(/[.:]/g, "-") })),
    );
}
