import type { Endpoint, Node, Service } from "@pinnace/api";
import { parseQuantity } from "@pinnace/apimachinery";
import { isConditionTrue } from "@pinnace/controller-runtime";
import type { EndpointGroup } from "./endpoints-of.ts";

const ZONE = "topology.kubernetes.io/zone";
const MODE = "service.kubernetes.io/topology-mode";
const CONTROL_PLANE = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/** How much more than its share of the traffic an endpoint may get. */
const OVERLOAD = 0.2;

/** The share of the CPU that each zone has, 0 to 1. */
type ZoneShares = ReadonlyMap<string, number>;

/** The groups with their hints, or without any and why. */
type Hinting =
  | { readonly kind: "enabled"; readonly groups: readonly EndpointGroup[] }
  | { readonly kind: "disabled"; readonly groups: readonly EndpointGroup[]; readonly why: string };

/** Whether hints of a service follow the topology of its nodes (KEP-2433). */
export function wantsTopologyHints({ metadata }: Service): boolean {
  const mode = metadata?.annotations?.[MODE];
  return mode === "Auto" || mode === "auto";
}

/** What hints take from a node, as a text to compare. */
export function hintFacts({ metadata, status }: Node): string {
  const ready = isConditionTrue(status?.conditions, "Ready");
  const isControlPlane = CONTROL_PLANE.some((label) => label in (metadata?.labels ?? {}));
  return `${metadata?.labels?.[ZONE] ?? ""} ${ready && !isControlPlane} ${status?.allocatable?.cpu ?? ""}`;
}

/**
 * Gives every ready endpoint to a zone, so that each zone has as many as its share of the CPU asks for: the endpoint's own
 * zone where that is possible. Nobody gets hints when some endpoint would get too much traffic by them.
 */
export function hintTopology(groups: readonly EndpointGroup[], nodes: readonly Node[]): Hinting {
  const ready = groups.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions?.ready === true);
  const shares = zoneShares(nodes);
  const desired = shares === undefined ? INSUFFICIENT_NODES : desiredByZone(shares, ready.length);
  if (typeof desired === "string") return { kind: "disabled", groups, why: desired };
  if (ready.some(({ zone }) => !zone)) {
    return { kind: "disabled", groups, why: "One or more endpoints do not have a zone specified" };
  }
  const zones = zonesOf(ready, desired);
  const hinted = (endpoint: Endpoint): Endpoint => {
    const name = zones.get(endpoint);
    return name === undefined ? endpoint : { ...endpoint, hints: { forZones: [{ name }] } };
  };
  return {
    kind: "enabled",
    groups: groups.map(({ ports, endpoints }) => ({ ports, endpoints: endpoints.map(hinted) })),
  };
}

const INSUFFICIENT_NODES = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";

/** Undefined when a node does not say its zone or CPU, or when there are not two zones. */
function zoneShares(nodes: readonly Node[]): ZoneShares | undefined {
  const cpu = new Map<string, number>();
  for (const node of nodes) {
    const labels = node.metadata?.labels ?? {};
    if (CONTROL_PLANE.some((label) => label in labels) || !isConditionTrue(node.status?.conditions, "Ready")) continue;
    const cores = parseQuantity(node.status?.allocatable?.cpu ?? "0").toNumber();
    const zone = labels[ZONE];
    if (!zone || cores === 0) return undefined;
    cpu.set(zone, (cpu.get(zone) ?? 0) + cores);
  }
  const total = [...cpu.values()].reduce((sum, each) => sum + each, 0);
  return cpu.size < 2 ? undefined : new Map([...cpu].map(([zone, each]) => [zone, each / total]));
}

/** How many endpoints each zone should have, not rounded; or why that cannot be. */
function desiredByZone(shares: ZoneShares, endpoints: number): ReadonlyMap<string, number> | string {
  const counts = `(${endpoints} endpoints, ${shares.size} zones)`;
  if (shares.size > endpoints) return `Insufficient number of endpoints ${counts}`;
  const desired = new Map<string, number>();
  let needed = 0;
  for (const [zone, share] of shares) {
    const least = Math.ceil((share * endpoints) / (1 + OVERLOAD));
    needed += least;
    desired.set(zone, Math.max(share * endpoints, least));
  }
  if (needed <= endpoints) return desired;
  return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
}

/** The zone of each endpoint: its own, but that zones with too many give to those with too few, one by one. */
function zonesOf(endpoints: readonly Endpoint[], desired: ReadonlyMap<string, number>): ReadonlyMap<Endpoint, string> {
  const surplus = new Map([...desired].map(([zone, count]) => [zone, -count]));
  for (const { zone = "" } of endpoints) surplus.set(zone, (surplus.get(zone) ?? 0) + 1);
  const zones = new Map(endpoints.map((endpoint) => [endpoint, endpoint.zone ?? ""]));
  for (;;) {
    const byNeed = [...surplus].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    const [poorest, lack = 0] = byNeed[0] ?? [];
    const [richest, spare = 0] = byNeed.at(-1) ?? [];
    const worthwhile = Math.min(-lack, spare) >= 0.5 && Math.max(-lack, spare) >= 1;
    const moved = worthwhile
      ? endpoints.find((each) => zones.get(each) === richest && each.zone === richest)
      : undefined;
    if (poorest === undefined || richest === undefined || moved === undefined) return zones;
    zones.set(moved, poorest);
    surplus.set(poorest, lack + 1).set(richest, spare - 1);
  }
}
