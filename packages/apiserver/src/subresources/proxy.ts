import {
  type ApiRequest,
  type ApiResponse,
  badRequest,
  type Draft,
  notFound,
  serviceUnavailable,
} from "@pinnace/apimachinery";
import type { NodeConnector } from "../node-connector.ts";
import type { ResourceRequest } from "../request-context.ts";
import { readObject } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { forward, kubeletOf } from "./kubelet.ts";

/** The DI token of the {@link ProxyTransport}. */
export const PROXY_TRANSPORT: unique symbol = Symbol.for("pinnace.apiserver.proxy-transport") as never;

/** Where a proxied request goes. */
export interface ProxyTarget {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
}

/** Sends a request to an address of the pod network. Rejects when it cannot be reached. */
export interface ProxyTransport {
  request(target: ProxyTarget, request: ApiRequest): Promise<ApiResponse>;
}

interface ProxyName {
  readonly scheme: "http" | "https";
  readonly name: string;
  readonly port: string;
}

/** `https:web:8443`, `web:http`, `web` */
function parseName(text: string): ProxyName {
  const parts = text.split(":");
  if (parts.length === 3) return { scheme: parts[0] === "https" ? "https" : "http", name: parts[1]!, port: parts[2]! };
  return { scheme: "http", name: parts[0]!, port: parts[1] ?? "" };
}

/** `nodes/proxy`: the kubelet's own paths. */
export async function proxyNode(
  rest: RestContext,
  nodes: NodeConnector | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { name } = parseName(request.info.name);
  const kubelet = await kubeletOf(rest, nodes, name);
  return kubelet(forward(request.request, `/${request.info.rest}`, request.request.query));
}

/** `pods/proxy`: an HTTP request to a port of a pod. */
export async function proxyPod(
  rest: RestContext,
  transport: ProxyTransport | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { scheme, name, port } = parseName(request.info.name);
  const pod: Draft = await readObject(rest, request.definition, request.info.namespace, name);
  const chosen = port === "" ? firstPort(pod) : Number(port) || namedPort(pod, port);
  if (!pod.status?.podIP) throw badRequest("address not allowed");
  if (chosen === undefined) throw serviceUnavailable(`no port for pod ${JSON.stringify(name)}`);
  return send(transport, { scheme, host: pod.status.podIP, port: chosen }, request);
}

function firstPort(pod: Draft): number {
  for (const { ports } of pod.spec.containers) if (ports?.length) return ports[0].containerPort;
  return 80;
}

function namedPort(pod: Draft, name: string): number | undefined {
  const ports = pod.spec.containers.flatMap((each: Draft) => each.ports ?? []);
  return ports.find((each: Draft) => each.name === name)?.containerPort;
}

/** `services/proxy`: an HTTP request to a ready endpoint of a Service. */
export async function proxyService(
  rest: RestContext,
  transport: ProxyTransport | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { namespace } = request.info;
  const { scheme, name, port } = parseName(request.info.name);
  const service: Draft = await readObject(rest, request.definition, namespace, name);
  const wanted = (service.spec.ports ?? []).find(
    (each: Draft) => port === "" || each.name === port || String(each.port) === port,
  );
  if (wanted === undefined)
    throw serviceUnavailable(`no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`);
  const target = endpointOf(rest, namespace, name, wanted.name ?? "");
  if (target === undefined) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  return send(transport, { scheme, ...target }, request);
}

function endpointOf(
  rest: RestContext,
  namespace: string,
  service: string,
  portName: string,
): { host: string; port: number } | undefined {
  const definition = rest.registry.findAnyVersion("discovery.k8s.io", "endpointslices");
  if (definition === undefined) throw notFound("discovery.k8s.io", "endpointslices", service);
  const candidates: { host: string; port: number }[] = [];
  for (const { object } of rest.caches.cache(definition.storageResource).inNamespace(namespace)) {
    const slice: Draft = object;
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== service) continue;
    const port = slice.ports?.find((each: Draft) => (each.name ?? "") === portName)?.port;
    if (port === undefined) continue;
    for (const { addresses, conditions } of slice.endpoints ?? [])
      if (conditions?.ready !== false) candidates.push({ host: addresses[0], port });
  }
  return candidates[Math.floor(rest.random() * candidates.length)];
}

/** Relative links of a page would lead beside the proxy. */
function lacksSlash({ method, path, upgrade }: ApiRequest, { rest }: ResourceRequest["info"]): boolean {
  return rest === "" && !path.endsWith("/") && upgrade === undefined && (method === "GET" || method === "HEAD");
}

function redirectBelow({ path, query }: ApiRequest): ApiResponse {
  const question = query.size === 0 ? "" : `?${query}`;
  return { status: 301, headers: { location: `${path}/${question}` }, body: { type: "empty" } };
}

async function send(
  transport: ProxyTransport | undefined,
  target: ProxyTarget,
  { request, info }: ResourceRequest,
): Promise<ApiResponse> {
  if (transport === undefined) throw serviceUnavailable("the server has no connection to the pod network");
  if (lacksSlash(request, info)) return redirectBelow(request);
  const forwarded = forward(request, `/${info.rest}`, request.query);
  try {
    return await transport.request(target, forwarded);
  } catch (error) {
    throw serviceUnavailable(
      `error trying to reach service: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
