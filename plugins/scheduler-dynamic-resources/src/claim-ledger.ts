import { type AllocationResult, type Pod, RESOURCE_CLAIMS, type ResourceClaim } from "@pinnace/api";
import type { Clock } from "@pinnace/clock";
import type { ClusterReader } from "@pinnace/scheduler-framework";

/** How long a claim that was written may stay unseen before it counts as gone, milliseconds. */
const UNSEEN = 30_000;

interface Pending {
  readonly claim: ResourceClaim;
  readonly users: Set<string>;
}

/**
 * Claims as they are for scheduling: as the cluster has them, with allocations that are decided but not written yet, and
 * with what this scheduler wrote but has not seen come back.
 */
export class ClaimLedger {
  readonly #reader: ClusterReader;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();
  readonly #written = new Map<string, { readonly claim: ResourceClaim; readonly time: number }>();

  constructor(reader: ClusterReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  /** All claims, with allocations that are pending and those that were written but not seen yet. */
  all(): readonly ResourceClaim[] {
    const all = new Map<string, ResourceClaim>();
    for (const [key, { claim, time }] of this.#written) {
      if (this.#clock.now() - time > UNSEEN) this.#written.delete(key);
      else all.set(key, claim);
    }
    for (const [key, { claim }] of this.#pending) all.set(key, claim);
    for (const claim of this.#reader.list(RESOURCE_CLAIMS)) all.set(uidOf(claim), this.current(claim));
    return [...all.values()];
  }

  /** A claim as it will be. */
  current(claim: ResourceClaim): ResourceClaim {
    const newest = this.newest(claim);
    if (newest.status?.allocation !== undefined) return newest;
    const pending = this.#pending.get(uidOf(claim))?.claim.status?.allocation;
    return pending === undefined ? newest : { ...newest, status: { ...newest.status, allocation: pending } };
  }

  /** The newest state that the server is known to have. */
  newest(claim: ResourceClaim): ResourceClaim {
    const written = this.#written.get(uidOf(claim))?.claim;
    const { name, namespace } = claim.metadata ?? {};
    const read = this.#reader.get(RESOURCE_CLAIMS, `${namespace}/${name}`);
    if (read === undefined || uidOf(read) !== uidOf(claim)) return written ?? claim;
    if (written !== undefined && isNewer(written, read)) return written;
    this.#written.delete(uidOf(claim));
    return read;
  }

  /** Whether the cluster has the claim, as far as is known. */
  isThere(claim: ResourceClaim): boolean {
    const { name, namespace } = claim.metadata ?? {};
    const read = this.#reader.get(RESOURCE_CLAIMS, `${namespace}/${name}`);
    const written = this.#written.get(uidOf(claim));
    const isUnseen = written !== undefined && this.#clock.now() - written.time <= UNSEEN;
    return isUnseen || (read !== undefined && uidOf(read) === uidOf(claim));
  }

  /** Decides an allocation for a pod; others that use the claim meanwhile join. */
  reserve(claim: ResourceClaim, allocation: AllocationResult | undefined, pod: Pod): void {
    const key = uidOf(claim);
    const user = pod.metadata?.uid ?? "";
    const pending = this.#pending.get(key);
    if (pending !== undefined) pending.users.add(user);
    else if (allocation !== undefined) {
      const decided = { ...claim, status: { ...claim.status, allocation } };
      this.#pending.set(key, { claim: decided, users: new Set([user]) });
    }
  }

  /** The allocation that is yet to be written. */
  pending(claim: ResourceClaim): AllocationResult | undefined {
    return this.#pending.get(uidOf(claim))?.claim.status?.allocation;
  }

  /** A pod no longer needs the claim; the last one frees its devices. */
  release(claim: ResourceClaim, pod: Pod): void {
    const pending = this.#pending.get(uidOf(claim));
    pending?.users.delete(pod.metadata?.uid ?? "");
    if (pending?.users.size === 0) this.#pending.delete(uidOf(claim));
  }

  /** The server took it: what was pending is now the cluster's. */
  wrote(claim: ResourceClaim): void {
    this.#written.set(uidOf(claim), { claim, time: this.#clock.now() });
    if (claim.status?.allocation !== undefined) this.#pending.delete(uidOf(claim));
  }

  forget(claim: ResourceClaim): void {
    this.#written.delete(uidOf(claim));
    this.#pending.delete(uidOf(claim));
  }
}

/** Resource versions of one kind are comparable (KEP-5504). */
const isNewer = (a: ResourceClaim, b: ResourceClaim): boolean =>
  Number(a.metadata?.resourceVersion ?? 0) > Number(b.metadata?.resourceVersion ?? 0);

const uidOf = ({ metadata }: ResourceClaim): string => metadata?.uid ?? `${metadata?.namespace}/${metadata?.name}`;
