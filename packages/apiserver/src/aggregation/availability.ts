import { type ServerView, serviceEndpoint } from "@pinnace/admission";
import type { ApiRequest, Draft } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import { bytesOf } from "./body.ts";
import type { ExtensionTransport } from "./extension-transport.ts";
import { targetOf } from "./target.ts";

/** What the condition `Available` of an APIService says. */
export interface Availability {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  /** The APIResourceList that the server answered with. */
  readonly resources?: Draft;
}

/** How long an aggregated server may take to list its resources. Milliseconds. */
const PATIENCE = 5_000;
const AGGREGATOR = { name: "system:kube-aggregator", groups: ["system:masters"] };

interface AvailabilityComponents {
  readonly server: ServerView;
  readonly clock: Clock;
  readonly random: () => number;
  readonly transport: ExtensionTransport | undefined;
}

/** Looks whether the server behind an APIService answers (kube-aggregator, remote_available_controller.go). */
export async function availabilityOf(components: AvailabilityComponents, apiService: Draft): Promise<Availability> {
  const { service } = apiService.spec;
  const missing = serviceFault(components.server, service);
  if (missing !== undefined) return { status: "False", ...missing };
  try {
    const resources = await resourcesOf(components, apiService);
    return { status: "True", reason: "Passed", message: "all checks passed", resources };
  } catch (error) {
    return { status: "False", reason: "FailedDiscoveryCheck", message: messageOf(error) };
  }
}

/** What is wrong with the Service itself. */
function serviceFault(
  server: ServerView,
  { namespace, name, port }: Draft,
): { readonly reason: string; readonly message: string } | undefined {
  const place = `service/${name} in ${JSON.stringify(namespace)}`;
  const services = server.find("", "v1", "services");
  const service: Draft = services && server.objects(services).get(namespace, name);
  if (service === undefined) return { reason: "ServiceNotFound", message: `${place} is not present` };
  if ((service.spec.type ?? "ClusterIP") !== "ClusterIP") return undefined;
  const wanted = (service.spec.ports ?? []).find((each: Draft) => each.port === port);
  if (wanted === undefined) return { reason: "ServicePortError", message: `${place} is not listening on port ${port}` };
  const definition = server.find("discovery.k8s.io", "v1", "endpointslices");
  const all = (definition === undefined ? [] : server.objects(definition).list(namespace)) as readonly Draft[];
  const slices = all.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  if (slices.length === 0) return { reason: "EndpointsNotFound", message: `cannot find endpointslices for ${place}` };
  const portName = wanted.name ?? "";
  if (slices.some((slice) => leadsTo(slice, portName))) return undefined;
  const message = `endpointslices for ${place} have no addresses with port name ${JSON.stringify(portName)}`;
  return { reason: "MissingEndpoints", message };
}

function leadsTo({ endpoints, ports }: Draft, portName: string): boolean {
  const ready = (endpoints ?? []).some(({ conditions }: Draft) => conditions?.ready !== false);
  return ready && (ports ?? []).some(({ name, port }: Draft) => (name ?? "") === portName && port !== undefined);
}

/** Asks the server for its resources; throws when it does not give them in time. */
async function resourcesOf(components: AvailabilityComponents, apiService: Draft): Promise<Draft> {
  const { transport, clock, server, random } = components;
  const { group, version, service } = apiService.spec;
  const endpoint = serviceEndpoint(server, service, random);
  const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const url = `https://${endpoint.host}:${endpoint.port}${path}`;
  if (transport === undefined) throw new Error(`failing or missing response from ${url}: no connection to extensions`);
  const limit = new AbortController();
  const timer = clock.setTimeout(() => limit.abort(new Error("context deadline exceeded")), PATIENCE);
  try {
    const headers = { accept: "application/json" };
    const request: ApiRequest = { method: "GET", path, query: new URLSearchParams(), headers, signal: limit.signal };
    const response = await transport.request(targetOf(apiService, endpoint), request, AGGREGATOR);
    const body = await bytesOf(response);
    if (response.status < 200 || response.status >= 300) throw new Error(`bad status from ${url}: ${response.status}`);
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new Error(`failing or missing response from ${url}: ${messageOf(error)}`);
  } finally {
    timer.cancel();
  }
}
