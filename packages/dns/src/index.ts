/**
 * Service discovery by DNS: answers for the names of services and pods as the Kubernetes DNS specification 1.1.0 has them,
 * from informers, over UDP and TCP; every other name is asked from the machine's resolvers.
 *
 * ```ts
 * import type { InformerFactory } from "@pinnace/client";
 * import { createRealClock } from "@pinnace/clock";
 * import { createDnsServer, type DnsServer, upstreamServers } from "@pinnace/dns";
 *
 * export async function serve(informers: InformerFactory): Promise<DnsServer> {
 *   const upstream = await upstreamServers();
 *   const server = createDnsServer({ informers, clock: createRealClock() }, { address: "127.0.0.1", upstream });
 *   const { port } = await server.start();
 *   console.log(`dig @127.0.0.1 -p ${port} kubernetes.default.svc.cluster.local`);
 *   return server;
 * }
 * ```
 *
 * | name below the domain | records |
 * |---|---|
 * | `service.namespace.svc` | A/AAAA: the cluster IP, or the endpoints of a headless service; CNAME for ExternalName |
 * | `_port._protocol.service.namespace.svc` | SRV |
 * | `hostname.service.namespace.svc` | A/AAAA of one endpoint of a headless service |
 * | `1-2-3-4.namespace.pod` | A: the address that the name spells |
 * | `dns-version` | TXT |
 *
 * Reverse names (PTR) of cluster IPs and of headless services' endpoints are answered, too. Records live for 5 seconds.
 * Error codes: `LISTEN_FAILED`, `NO_RESOLVER`, `STOPPED`.
 *
 * @packageDocumentation
 */
export { createDnsServer, type DnsServer, type DnsServerComponents, type DnsServerOptions } from "./dns-server.ts";
export { type DnsEndpoint, publishDnsService } from "./publish-dns-service.ts";
export { upstreamServers } from "./upstream-servers.ts";
