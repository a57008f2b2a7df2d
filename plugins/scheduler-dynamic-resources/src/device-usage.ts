import type { DeviceRequestAllocationResult, ResourceClaim } from "@pinnace/api";
import { parseQuantity, type Quantity } from "@pinnace/apimachinery";
import { countersOf, type DevicePool, deviceKey, type PublishedDevice } from "./device-pools.ts";

/** What is taken: whole devices, shares of devices, and counters of pools. */
export class DeviceUsage {
  readonly #devices = new Map<string, number>();
  /** By device, then by capacity. */
  readonly #capacity = new Map<string, Map<string, Quantity>>();
  /** By pool, then by counter. */
  readonly #counters = new Map<string, Map<string, Quantity>>();

  /** What allocated claims use. Devices with admin access are looked at, not used up. */
  static of(claims: Iterable<ResourceClaim>, pools: readonly DevicePool[]): DeviceUsage {
    const usage = new DeviceUsage();
    const published = new Map(pools.flatMap(({ devices }) => devices).map((each) => [each.key, each]));
    for (const { status } of claims) {
      for (const result of status?.allocation?.devices?.results ?? []) {
        if (result.adminAccess === true) continue;
        usage.#takeResult(result, published.get(deviceKey(result.driver, result.pool, result.device)));
      }
    }
    return usage;
  }

  #takeResult(
    { driver, pool, device, shareID, consumedCapacity }: DeviceRequestAllocationResult,
    known?: PublishedDevice,
  ) {
    const key = deviceKey(driver, pool, device);
    if (shareID !== undefined) this.#addCapacity(key, quantities(consumedCapacity ?? {}), 1);
    else this.#devices.set(key, (this.#devices.get(key) ?? 0) + 1);
    if (known !== undefined) this.#addCounters(known, 1);
  }

  isTaken({ key }: PublishedDevice): boolean {
    return (this.#devices.get(key) ?? 0) > 0;
  }

  isShared({ key }: PublishedDevice): boolean {
    return this.#capacity.has(key);
  }

  capacityUsed({ key }: PublishedDevice, name: string): Quantity | undefined {
    return this.#capacity.get(key)?.get(name);
  }

  /** Whether the counters of the pool have enough left for the device. */
  hasCountersFor(device: PublishedDevice, { counters }: DevicePool): boolean {
    // A device of which a share is used has taken its counters already.
    if (this.isShared(device)) return true;
    const used = this.#counters.get(poolOf(device));
    for (const [name, amount] of countersOf(device)) {
      const limit = counters.get(name);
      const before = used?.get(name);
      if (limit === undefined || (before === undefined ? amount : before.add(amount)).compare(limit) > 0) return false;
    }
    return true;
  }

  /** Takes a device, or a share of it. Undone by {@link release} with the same arguments, in reverse order. */
  take(device: PublishedDevice, share: ReadonlyMap<string, Quantity> | undefined): void {
    if (share === undefined || !this.isShared(device)) this.#addCounters(device, 1);
    if (share === undefined) this.#devices.set(device.key, 1);
    else this.#addCapacity(device.key, share, 1);
  }

  release(device: PublishedDevice, share: ReadonlyMap<string, Quantity> | undefined): void {
    if (share === undefined) this.#devices.delete(device.key);
    else this.#addCapacity(device.key, share, -1);
    if (share === undefined || !this.isShared(device)) this.#addCounters(device, -1);
  }

  #addCapacity(key: string, share: ReadonlyMap<string, Quantity>, sign: 1 | -1): void {
    const used = this.#capacity.get(key) ?? new Map<string, Quantity>();
    this.#capacity.set(key, used);
    const shares = (used.get(SHARES)?.toNumber() ?? 0) + sign;
    if (shares === 0) {
      this.#capacity.delete(key);
      return;
    }
    used.set(SHARES, parseQuantity(shares));
    for (const [name, amount] of share) add(used, name, amount, sign);
  }

  #addCounters(device: PublishedDevice, sign: 1 | -1): void {
    const pool = poolOf(device);
    const used = this.#counters.get(pool) ?? new Map<string, Quantity>();
    this.#counters.set(pool, used);
    for (const [name, amount] of countersOf(device)) add(used, name, amount, sign);
  }
}

/** How many shares of a device are used; no capacity has an empty name. */
const SHARES = "";

const poolOf = ({ driver, pool }: PublishedDevice): string => `${driver}/${pool}`;

function add(amounts: Map<string, Quantity>, name: string, amount: Quantity, sign: 1 | -1): void {
  const before = amounts.get(name);
  const change = sign === 1 ? amount : amount.negate();
  amounts.set(name, before === undefined ? change : before.add(change));
}

function quantities(texts: Readonly<Record<string, string>>): ReadonlyMap<string, Quantity> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, parseQuantity(text)]));
}
