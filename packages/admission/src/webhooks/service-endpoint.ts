import { type Draft, serviceUnavailable } from "@pinnace/apimachinery";
import type { ServerView } from "../server-view.ts";

/** A Service's port (admissionregistration/v1 ServiceReference). */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const ROUTED = ["ClusterIP", "LoadBalancer", "NodePort"];

/** The address of a ready endpoint of a Service, or what an ExternalName stands for. Throws what clients are told otherwise. */
export function serviceEndpoint(
  server: ServerView,
  { namespace, name, port }: ServiceReference,
  random: () => number,
): { readonly host: string; readonly port: number } {
  const services = server.find("", "v1", "services");
  const service: Draft = services && server.objects(services).get(namespace, name);
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { type = "ClusterIP", externalName, ports = [] } = service.spec;
  if (type === "ExternalName") return { host: externalName, port };
  if (!ROUTED.includes(type)) throw new Error(`unsupported service type ${JSON.stringify(type)}`);
  const wanted = ports.find((each: Draft) => each.port === port);
  if (wanted === undefined)
    throw serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const candidates = endpoints(server, namespace, name, wanted.name ?? "");
  const chosen = candidates[Math.floor(random() * candidates.length)];
  if (chosen === undefined) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  return chosen;
}

function endpoints(server: ServerView, namespace: string, service: string, portName: string) {
  const slices = server.find("discovery.k8s.io", "v1", "endpointslices");
  const found: { host: string; port: number }[] = [];
  for (const slice of slices === undefined ? [] : (server.objects(slices).list(namespace) as readonly Draft[])) {
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== service) continue;
    const port = slice.ports?.find((each: Draft) => (each.name ?? "") === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions } of slice.endpoints ?? [])
      if (conditions?.ready !== false) found.push({ host: addresses[0], port });
  }
  return found;
}
