import type { EndpointSlice, Service, ServicePort } from "@pinnace/api";
import { type Endpoint, endpointsOf, isIgnored, type PortEndpoints } from "./endpoints.ts";
import { NO_RULES, type Rules, type SharedSet } from "./rules.ts";

export interface ServiceRuleOptions {
  readonly nodeName: string;
  readonly podCidr: string;
}

/** FNV-1a, 64 bits, base 36: chain names are limited to 128 bytes and to few characters. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(36);
}

/** Everything that one service needs in the table. A pure function of the service and its slices. */
export function serviceRules(service: Service, slices: readonly EndpointSlice[], options: ServiceRuleOptions): Rules {
  if (isIgnored(service)) return NO_RULES;
  const builder = new RulesBuilder();
  for (const port of service.spec?.ports ?? []) {
    const protocol = (port.protocol ?? "TCP").toLowerCase();
    addPort(builder, {
      service,
      port,
      protocol,
      options,
      endpoints: endpointsOf(slices, port.name ?? "", options.nodeName),
    });
  }
  return builder.rules;
}

interface PortContext {
  readonly service: Service;
  readonly port: ServicePort;
  readonly protocol: string;
  readonly endpoints: PortEndpoints;
  readonly options: ServiceRuleOptions;
}

class RulesBuilder {
  readonly #chains = new Map<string, readonly string[]>();
  readonly #sets = new Map<string, string>();
  readonly #elements = new Map<SharedSet, Map<string, string>>();

  chain(name: string, rules: readonly string[]): void {
    this.#chains.set(name, rules);
  }

  set(name: string, declaration: string): void {
    this.#sets.set(name, declaration);
  }

  element(set: SharedSet, key: string, value = ""): void {
    const elements = this.#elements.get(set) ?? new Map<string, string>();
    this.#elements.set(set, elements.set(key, value));
  }

  get rules(): Rules {
    return { chains: this.#chains, sets: this.#sets, elements: this.#elements };
  }
}

function addPort(builder: RulesBuilder, context: PortContext): void {
  const { service, port, protocol, endpoints } = context;
  const { namespace = "", name = "" } = service.metadata ?? {};
  const id = shortHash(`${namespace}/${name}/${port.name ?? ""}/${protocol}/${port.port}`);
  const { spec } = service;
  const internal = spec?.internalTrafficPolicy === "Local" ? endpoints.local : endpoints.cluster;
  const external = spec?.externalTrafficPolicy === "Local" ? endpoints.local : endpoints.cluster;
  const key = (address: string): string => `${address} . ${protocol} . ${port.port}`;
  addEntry(builder, context, `svc-${id}`, internal, [key(spec?.clusterIP ?? "")], false);
  const outside = [
    ...(spec?.externalIPs ?? []),
    ...(service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
  ].map(key);
  if (outside.length > 0) addEntry(builder, context, `ext-${id}`, external, outside, true);
  if (port.nodePort) addNodePort(builder, context, `ext-${id}`, external, `${protocol} . ${port.nodePort}`);
  for (const { address } of [...internal, ...external]) builder.element("hairpin", `${address} . ${address}`);
}

/** Addresses of the service that lead into a chain, or are refused when nothing is behind them. */
function addEntry(
  builder: RulesBuilder,
  context: PortContext,
  chain: string,
  endpoints: readonly Endpoint[],
  keys: readonly string[],
  isExternal: boolean,
): void {
  if (endpoints.length > 0) addChain(builder, context, chain, endpoints, isExternal);
  for (const key of keys) {
    if (endpoints.length > 0) builder.element("services", key, `goto ${chain}`);
    else builder.element("no-endpoints", key);
  }
}

function addNodePort(
  builder: RulesBuilder,
  context: PortContext,
  chain: string,
  endpoints: readonly Endpoint[],
  key: string,
): void {
  if (endpoints.length === 0) {
    builder.element("no-endpoint-ports", key);
    return;
  }
  addChain(builder, context, chain, endpoints, true);
  builder.element("node-ports", key, `goto ${chain}`);
}

function addChain(
  builder: RulesBuilder,
  context: PortContext,
  chain: string,
  endpoints: readonly Endpoint[],
  isExternal: boolean,
): void {
  const { service, protocol, options } = context;
  const keepsSource = service.spec?.externalTrafficPolicy === "Local";
  const masquerade = isExternal
    ? keepsSource
      ? []
      : ["jump mark-masquerade"]
    : [`ip saddr != ${options.podCidr} jump mark-masquerade`];
  if (service.spec?.sessionAffinity === "ClientIP") {
    addAffinity(builder, context, chain, endpoints, masquerade);
    return;
  }
  const targets = endpoints.map(({ address, port }, index) => `${index} : ${address} . ${port}`);
  const [only] = endpoints;
  const target =
    endpoints.length === 1
      ? `dnat to ${only!.address}:${only!.port}`
      : `dnat ip to numgen random mod ${endpoints.length} map { ${targets.join(", ")} }`;
  builder.chain(chain, [...masquerade, `meta l4proto ${protocol} ${target}`]);
}

const AFFINITY_SECONDS = 10_800;

/** Remembers for each endpoint the clients that were sent there; a client that is remembered goes there again. */
function addAffinity(
  builder: RulesBuilder,
  { service, protocol }: PortContext,
  chain: string,
  endpoints: readonly Endpoint[],
  masquerade: readonly string[],
): void {
  const seconds = service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? AFFINITY_SECONDS;
  const names = endpoints.map(({ address, port }) => `${chain}-${shortHash(`${address}:${port}`)}`);
  for (const [index, { address, port }] of endpoints.entries()) {
    const name = names[index]!;
    builder.set(name, `type ipv4_addr; size 65535; flags dynamic,timeout; timeout ${seconds}s;`);
    builder.chain(name, [
      `update @${name} { ip saddr timeout ${seconds}s }`,
      `meta l4proto ${protocol} dnat to ${address}:${port}`,
    ]);
  }
  const known = names.map((name) => `ip saddr @${name} goto ${name}`);
  const targets = names.map((name, index) => `${index} : goto ${name}`);
  builder.chain(chain, [...masquerade, ...known, `numgen random mod ${names.length} vmap { ${targets.join(", ")} }`]);
}
