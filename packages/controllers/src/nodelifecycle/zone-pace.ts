import type { Node } from "@pinnace/api";
import { isConditionTrue } from "@pinnace/controller-runtime";

const SECOND = 1000;
/** Milliseconds between two nodes of a zone that are given up (`--node-eviction-rate` 0.1). */
const PERIOD = 10 * SECOND;
/** The same in a large zone of which most is lost (`--secondary-node-eviction-rate` 0.01). */
const SLOW_PERIOD = 100 * SECOND;
/** `--unhealthy-zone-threshold`: the part of a zone whose loss is more than bad luck. */
const UNHEALTHY = 0.55;
/** `--large-cluster-size-threshold`: smaller zones are left alone when most of them is lost. */
const LARGE = 50;

/** The zone of a node: region and zone by its labels, "" when it has none. */
export function zoneOf({ metadata }: Node): string {
  const region = metadata?.labels?.["topology.kubernetes.io/region"] ?? "";
  const zone = metadata?.labels?.["topology.kubernetes.io/zone"] ?? "";
  return region === "" && zone === "" ? "" : `${region}/${zone}`;
}

/**
 * Milliseconds between two nodes that are given up, by zone; infinite where nobody is. When most of a zone is lost at
 * once, the fault is more likely on the way to it, so that things slow down; when all of every zone is, the fault is on
 * this side: then the answer is undefined.
 */
export function evictionPeriods(nodes: readonly Node[]): ReadonlyMap<string, number> | undefined {
  const zones = Map.groupBy(nodes, zoneOf);
  const lost = (zone: readonly Node[]): number =>
    zone.filter(({ status }) => !isConditionTrue(status?.conditions, "Ready")).length;
  if ([...zones.values()].every((zone) => lost(zone) === zone.length)) return undefined;
  return new Map([...zones].map(([name, zone]) => [name, periodOf(zone.length, lost(zone))]));
}

function periodOf(size: number, lost: number): number {
  // A zone that is lost as a whole is given up at the usual pace: other zones can take over.
  if (lost === size || lost <= 2 || lost / size < UNHEALTHY) return PERIOD;
  return size > LARGE ? SLOW_PERIOD : Number.POSITIVE_INFINITY;
}
