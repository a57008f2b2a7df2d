import type { Clock } from "@pinnace/clock";
import type { EtcdClient } from "../connection/etcd-client.ts";
import { LEASE_GRANT } from "../protocol/methods.ts";

interface Lease {
  readonly id: Promise<bigint>;
  /** Until when further keys may join it, by the clock. */
  readonly openUntil: number;
  keys: number;
}

/** A lease with very many keys would take etcd long to end. */
const KEYS = 1_000;
const LONGEST_REUSE = 60;
/** The part of a time to live by which keys may end late. */
const REUSE = 0.05;

/**
 * Leases for keys with a time to live. Keys with the same time to live that are written within a twentieth of it (at most
 * a minute) share a lease, which lives as much longer: etcd bears many keys better than many leases.
 */
export class Leases {
  readonly #client: Pick<EtcdClient, "callRepeatably">;
  readonly #clock: Clock;
  readonly #open = new Map<number, Lease>();

  constructor(client: Pick<EtcdClient, "callRepeatably">, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The lease of a key that is written now and lives for `ttl` milliseconds. */
  async leaseFor(ttl: number): Promise<bigint> {
    const seconds = Math.ceil(ttl / 1000);
    const open = this.#open.get(seconds);
    if (open !== undefined && open.keys < KEYS && this.#clock.now() < open.openUntil) {
      open.keys++;
      return open.id;
    }
    return this.#grant(seconds);
  }

  /** After etcd has said that a lease is gone: the next keys get new ones. */
  forget(): void {
    this.#open.clear();
  }

  #grant(seconds: number): Promise<bigint> {
    const reuse = Math.min(LONGEST_REUSE, Math.floor(seconds * REUSE));
    const id = this.#client.callRepeatably(LEASE_GRANT, { ttl: seconds + reuse }).then((lease) => lease.id);
    const lease: Lease = { id, openUntil: this.#clock.now() + reuse * 1000, keys: 1 };
    if (reuse > 0) this.#open.set(seconds, lease);
    id.catch(() => {
      if (this.#open.get(seconds) === lease) this.#open.delete(seconds);
    });
    return id;
  }
}
