import type { Device, Node, NodeSelector, ResourceSlice } from "@pinnace/api";
import { parseQuantity, type Quantity } from "@pinnace/apimachinery";
import { matchesTerm } from "@pinnace/scheduler-framework";

/** A device that a driver published. */
export interface PublishedDevice {
  /** `driver/pool/device`: the same for as long as the device is there. */
  readonly key: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  readonly slice: ResourceSlice;
}

/** Amounts by counter set and counter: `counterSet/counter`. */
type Counters = ReadonlyMap<string, Quantity>;

/** The newest generation of a pool. */
export interface DevicePool {
  /** `driver/pool` */
  readonly key: string;
  readonly devices: readonly PublishedDevice[];
  /** What the devices of the pool share (KEP-4815). */
  readonly counters: Counters;
  /** Not all slices of the generation are there. */
  readonly isIncomplete: boolean;
  /** Why nothing can be allocated from it; undefined when it is fine. */
  readonly problem?: string;
}

/**
 * All pools, sorted by driver and name, those whose devices need time to bind last: allocation takes the first devices
 * that fit, so drivers choose what is taken first by how they name things.
 */
export function poolsOf(slices: readonly ResourceSlice[]): readonly DevicePool[] {
  const byPool = Map.groupBy(slices, ({ spec }) => poolKey(spec.driver, spec.pool.name));
  const pools = [...byPool].map(([key, members]) => newestGeneration(key, members));
  const rank = ({ devices }: DevicePool): number => (devices.some(needsBinding) ? 1 : 0);
  return pools.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
}

const poolKey = (driver: string, pool: string): string => `${driver}/${pool}`;

function needsBinding({ device }: PublishedDevice): boolean {
  return (device.bindingConditions ?? []).length > 0;
}

export function deviceKey(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

function newestGeneration(key: string, slices: readonly ResourceSlice[]): DevicePool {
  const newest = Math.max(...slices.map(({ spec }) => spec.pool.generation));
  const current = slices
    .filter(({ spec }) => spec.pool.generation === newest)
    .sort((a, b) => ((a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1));
  const isIncomplete = current.length !== current[0]?.spec.pool.resourceSliceCount;
  const devices = current.flatMap((slice) =>
    (slice.spec.devices ?? []).map((device) => {
      const { driver, pool } = slice.spec;
      return { key: deviceKey(driver, pool.name, device.name), driver, pool: pool.name, device, slice };
    }),
  );
  const counters = new Map<string, Quantity>();
  for (const set of current.flatMap(({ spec }) => spec.sharedCounters ?? [])) {
    for (const [name, { value }] of Object.entries(set.counters))
      counters.set(`${set.name}/${name}`, parseQuantity(value));
  }
  const problem = problemOf(devices, counters);
  return { key, devices, counters, isIncomplete, ...(problem === undefined ? {} : { problem }) };
}

function problemOf(devices: readonly PublishedDevice[], counters: Counters): string | undefined {
  const seen = new Set<string>();
  for (const { key, device } of devices) {
    if (seen.has(key)) return `multiple devices with name ${device.name}`;
    seen.add(key);
    for (const { counterSet, counters: consumed } of device.consumesCounters ?? []) {
      const unknown = Object.keys(consumed).find((name) => !counters.has(`${counterSet}/${name}`));
      if (unknown !== undefined) return `device ${device.name} consumes the unknown counter ${counterSet}/${unknown}`;
    }
  }
  return undefined;
}

/** What a device takes of its pool's counters. */
export function countersOf({ device }: PublishedDevice): Counters {
  const amounts = new Map<string, Quantity>();
  for (const { counterSet, counters } of device.consumesCounters ?? []) {
    for (const [name, { value }] of Object.entries(counters))
      amounts.set(`${counterSet}/${name}`, parseQuantity(value));
  }
  return amounts;
}

/** Which nodes can reach something: one, those selected, or all. */
interface Reach {
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
  readonly allNodes?: boolean;
}

/** Where a device can be used: its own statement where its slice leaves it to the devices, else the slice's. */
export function reachOf({ device, slice }: PublishedDevice): Reach {
  return slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
}

export function isReachable(node: Node, { nodeName, nodeSelector, allNodes }: Reach): boolean {
  if (nodeName) return node.metadata?.name === nodeName;
  if (allNodes) return true;
  return nodeSelector?.nodeSelectorTerms.some((term) => matchesTerm(node, term)) ?? false;
}
