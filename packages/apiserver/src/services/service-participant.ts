import {
  type Draft,
  type FieldError,
  internalError,
  invalid,
  invalidValue,
  type KubernetesObject,
  parseIp,
} from "@pinnace/apimachinery";
import type { Condition, Entry, Mutation } from "@pinnace/store";
import type { Reservation, WriteParticipant } from "../rest/rest-context.ts";
import type { ResourceCache } from "../storage/resource-cache.ts";
import type { IpAddresses } from "./ip-addresses.ts";
import type { IpAllocator } from "./ip-allocator.ts";
import { freePort, takePort } from "./node-ports.ts";
import type { PortAllocator } from "./port-allocator.ts";

const NONE = "None";

/** What one write took. */
class Taken implements Reservation {
  readonly ips: string[] = [];
  readonly ports: number[] = [];
  /** The keys of what comes with the Service: nobody else may have them. */
  readonly when: Condition[] = [];
  /** The IPAddress objects and ports that come and go with the Service. */
  readonly then: Mutation[] = [];
  /** What each of `when` is about. */
  readonly #claims: (string | number)[] = [];
  readonly #ips: IpAllocator;
  readonly #ports: PortAllocator;

  constructor(ips: IpAllocator, ports: PortAllocator) {
    this.#ips = ips;
    this.#ports = ports;
  }

  /** Takes an address or a port for all servers. */
  claim(held: string | number, mutations: readonly Mutation[]): void {
    for (const { key } of mutations) {
      this.when.push({ key, modRevision: 0 });
      this.#claims.push(held);
    }
    this.then.push(...mutations);
  }

  /** What another server has stays taken here, too, until its Service lets it go. */
  lost(current: readonly (Entry | undefined)[]): void {
    for (const [index, entry] of current.entries()) {
      if (entry === undefined) continue;
      const held = this.#claims[index];
      const list: (string | number)[] = typeof held === "string" ? this.ips : this.ports;
      const at = list.indexOf(held as never);
      if (at >= 0) list.splice(at, 1);
    }
  }

  release(): void {
    for (const ip of this.ips.splice(0)) this.#ips.release(ip);
    for (const port of this.ports.splice(0)) this.#ports.release(port);
  }
}

/**
 * Gives Services their cluster IPs and node ports. What is taken follows from the stored Services and the writes under
 * way, so nothing has to be repaired after a crash. That no other server takes the same at the same time is a condition of
 * the write itself: the key of the IPAddress, or of the port, must not exist.
 */
export function createServiceParticipant(
  ips: IpAllocator,
  ports: PortAllocator,
  addresses: IpAddresses,
): WriteParticipant {
  const reserve = async (draft: Draft, old: KubernetesObject | undefined, dryRun: boolean): Promise<Taken> => {
    const taken = new Taken(ips, ports);
    try {
      if (old !== undefined) keepAllocated(draft.spec, (old as Draft).spec ?? {});
      allocate(draft, old, ips, ports, taken);
      if (!dryRun) await claimChanges(draft, old, addresses, taken);
    } catch (error) {
      taken.release();
      throw error;
    }
    return taken;
  };
  return {
    beforeCreate: (draft, dryRun) => reserve(draft, undefined, dryRun),
    beforeUpdate: reserve,
    beforeRemove: (old) => {
      const { ips: heldIps, ports: heldPorts } = holdings(old);
      const then = [...[...heldIps].flatMap((ip) => addresses.remove(ip)), ...[...heldPorts].map(freePort)];
      return { then, release: () => undefined };
    },
  };
}

async function claimChanges(draft: Draft, old: Draft, addresses: IpAddresses, taken: Taken): Promise<void> {
  const [before, after] = [holdings(old), holdings(draft)];
  const { name, namespace } = draft.metadata;
  for (const ip of before.ips) if (!after.ips.has(ip)) taken.then.push(...addresses.remove(ip));
  for (const port of before.ports) if (!after.ports.has(port)) taken.then.push(freePort(port));
  for (const ip of after.ips) if (!before.ips.has(ip)) taken.claim(ip, await addresses.create(ip, draft));
  for (const port of after.ports) if (!before.ports.has(port)) taken.claim(port, [takePort(port, namespace, name)]);
}

/** Follows the stored Services: takes what they hold, gives back what they let go. */
export function trackServices(cache: ResourceCache, ips: IpAllocator, ports: PortAllocator): () => void {
  for (const { object } of cache.list()) takeAll(object, ips, ports);
  return cache.listen(({ current, previous }) => {
    const held = holdings(current?.object);
    const before = holdings(previous?.object);
    for (const ip of before.ips) if (!held.ips.has(ip)) ips.release(ip);
    for (const port of before.ports) if (!held.ports.has(port)) ports.release(port);
    takeAll(current?.object, ips, ports);
  });
}

function takeAll(object: KubernetesObject | undefined, ips: IpAllocator, ports: PortAllocator): void {
  const held = holdings(object);
  for (const ip of held.ips) ips.take(ip);
  for (const port of held.ports) ports.take(port);
}

function holdings(object: Draft): { readonly ips: ReadonlySet<string>; readonly ports: ReadonlySet<number> } {
  const spec = object?.spec ?? {};
  const ips = (spec.clusterIPs ?? []).filter((ip: string) => ip !== NONE && ip.includes("."));
  const ports = (spec.ports ?? []).map((port: Draft) => port.nodePort).filter(Boolean);
  return { ips: new Set(ips), ports: new Set(spec.healthCheckNodePort ? [...ports, spec.healthCheckNodePort] : ports) };
}

/** Values that the client left out stay what they were. */
function keepAllocated(spec: Draft, old: Draft): void {
  if (needsIp(spec) && needsIp(old) && !spec.clusterIP && !spec.clusterIPs?.length) {
    if (old.clusterIP) spec.clusterIP = old.clusterIP;
    if (old.clusterIPs) spec.clusterIPs = [...old.clusterIPs];
  }
  if (!needsPorts(spec) || !needsPorts(old)) return;
  const key = (port: Draft): string => `${port.protocol ?? "TCP"}/${port.port}`;
  const before = new Map<string, number>((old.ports ?? []).map((port: Draft) => [key(port), port.nodePort]));
  const asked = new Set((spec.ports ?? []).map((port: Draft) => port.nodePort).filter(Boolean));
  for (const port of spec.ports ?? []) {
    const kept = before.get(key(port));
    if (!port.nodePort && kept && !asked.has(kept)) port.nodePort = kept;
  }
  if (needsHealthCheck(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort)
    spec.healthCheckNodePort = old.healthCheckNodePort;
}

function needsIp({ type, clusterIP }: Draft): boolean {
  return type !== "ExternalName" && clusterIP !== NONE;
}

function needsPorts({ type, allocateLoadBalancerNodePorts }: Draft): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts !== false);
}

function needsHealthCheck({ type, externalTrafficPolicy }: Draft): boolean {
  return type === "LoadBalancer" && externalTrafficPolicy === "Local";
}

function allocate(service: Draft, old: Draft, ips: IpAllocator, ports: PortAllocator, taken: Taken): void {
  const { spec } = service;
  if (spec === undefined) return;
  setFamilies(service, old?.spec);
  const held = holdings(old);
  if (needsIp(spec)) allocateIp(service, ips, held.ips, taken);
  const mayHavePorts = spec.type === "NodePort" || spec.type === "LoadBalancer";
  if (mayHavePorts) allocatePorts(service, ports, held.ports, taken);
}

/** A cluster with one IPv4 range: what `ipFamilies` and `ipFamilyPolicy` can be. */
function setFamilies(service: Draft, old: Draft): void {
  const { spec } = service;
  if (spec.type === "ExternalName") return;
  const headless = spec.clusterIP === NONE || spec.clusterIPs?.[0] === NONE;
  const selectorless = headless && Object.keys(spec.selector ?? {}).length === 0;
  const errors: FieldError[] = [];
  if (!selectorless && old === undefined) {
    for (const [index, family] of (spec.ipFamilies ?? []).entries())
      if (family === "IPv6")
        errors.push(invalidValue(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
    if (spec.ipFamilyPolicy === "RequireDualStack")
      errors.push(
        invalidValue(
          "spec.ipFamilyPolicy",
          spec.ipFamilyPolicy,
          "this cluster is not configured for dual-stack services",
        ),
      );
  }
  if (errors.length > 0) throw invalid("", "Service", service.metadata.name ?? "", errors);
  spec.ipFamilyPolicy ??= selectorless ? "RequireDualStack" : "SingleStack";
  if (!spec.ipFamilies?.length)
    spec.ipFamilies = selectorless && spec.ipFamilyPolicy !== "SingleStack" ? ["IPv4", "IPv6"] : ["IPv4"];
}

function allocateIp(service: Draft, ips: IpAllocator, held: ReadonlySet<string>, taken: Taken): void {
  const { spec, metadata } = service;
  const asked: string[] = spec.clusterIPs?.length ? spec.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
  if (asked.length > 1 || asked[0] === NONE) return;
  const [ip] = asked;
  if (ip === undefined) {
    const any = ips.takeAny();
    if (any === undefined) throw internalError("failed to allocate a serviceIP: range is full");
    taken.ips.push(any);
    spec.clusterIP = any;
    spec.clusterIPs = [any];
    return;
  }
  if (held.has(ip) || parseIp(ip)?.version !== 4) return;
  const refusal = ips.take(ip);
  if (refusal !== undefined)
    throw invalid("", "Service", metadata.name ?? "", [
      invalidValue("spec.clusterIPs", asked, `failed to allocate IP ${ip}: ${refusal}`),
    ]);
  taken.ips.push(ip);
  spec.clusterIP = ip;
  spec.clusterIPs = [ip];
}

function allocatePorts(service: Draft, ports: PortAllocator, held: ReadonlySet<number>, taken: Taken): void {
  const { spec, metadata } = service;
  const own = new Set<number>(held);
  const take = (port: number, field: string): void => {
    if (own.has(port)) return;
    const refusal = ports.take(port);
    if (refusal !== undefined) throw invalid("", "Service", metadata.name ?? "", [invalidValue(field, port, refusal)]);
    taken.ports.push(port);
    own.add(port);
  };
  const list: Draft[] = spec.ports ?? [];
  for (const [index, port] of list.entries()) if (port.nodePort) take(port.nodePort, `spec.ports[${index}].nodePort`);
  if (needsPorts(spec)) for (const port of list) if (!port.nodePort) port.nodePort = anyPort(ports, taken, own);
  if (!needsHealthCheck(spec)) return;
  if (spec.healthCheckNodePort) take(spec.healthCheckNodePort, "spec.healthCheckNodePort");
  else spec.healthCheckNodePort = anyPort(ports, taken, own);
}

function anyPort(ports: PortAllocator, taken: Taken, own: Set<number>): number {
  const port = ports.takeAny();
  if (port === undefined) throw internalError("failed to allocate a nodePort: range is full");
  taken.ports.push(port);
  own.add(port);
  return port;
}
