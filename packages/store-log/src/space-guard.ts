import type { Clock } from "@pinnace/clock";
import { type Mutation, StoreError } from "@pinnace/store";
import type { KeyTree } from "@pinnace/store/engine";
import { isOutOfSpace } from "./durable-file.ts";
import { sizeOf } from "./recovery.ts";
import type { Reserve } from "./reserve.ts";

/** How often a full disk is asked whether it has room again. */
const PROBE_PERIOD = 1000;

/** Refuses puts when the quota or the disk is full, and lets deletions through. */
export class SpaceGuard {
  readonly #clock: Clock;
  readonly #reserve: Pick<Reserve, "take" | "release">;
  readonly #quota: number;
  #full: StoreError | undefined;
  #nextProbe = 0;
  /** The last use of the reserve; each waits for the one before. */
  #reserved: Promise<void> = Promise.resolve();
  #probing: Promise<void> = Promise.resolve();
  #reclaim: () => Promise<void> = async () => undefined;

  /** `quota` is in bytes of keys and values. */
  constructor(clock: Clock, reserve: Pick<Reserve, "take" | "release">, quota: number) {
    this.#clock = clock;
    this.#reserve = reserve;
    this.#quota = quota;
    void this.#take();
  }

  /** Sets what may make room before a full disk is asked again. */
  reclaimWith(reclaim: () => Promise<void>): void {
    this.#reclaim = reclaim;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#probing;
    await this.#reserved;
  }

  /** Throws `NO_SPACE` unless these mutations of `tree`, which has `used` bytes, may be written. */
  requireFor(mutations: readonly Mutation[], tree: KeyTree, used: number): void {
    let added = 0;
    for (const mutation of mutations)
      if (mutation.type === "put") added += sizeOf(mutation.key, mutation.value.bytes());
    if (added === 0) return;
    if (this.#full !== undefined) {
      this.#probe();
      throw this.#full;
    }
    if (used + added > this.#quota) this.#requireQuota(used + added - replaced(mutations, tree), used);
  }

  /** What a failed append means for those who wait for it. */
  async explain(error: unknown): Promise<StoreError> {
    if (error instanceof StoreError && error.code !== "NO_SPACE") return error;
    if (!isOutOfSpace(error)) return new StoreError("UNAVAILABLE", "the store's log failed", { cause: error });
    this.#reserved = this.#reserved.then(() => this.#reserve.release());
    await this.#reserved;
    this.#full = error instanceof StoreError ? error : new StoreError("NO_SPACE", "the disk is full", { cause: error });
    this.#nextProbe = this.#clock.now() + PROBE_PERIOD;
    return this.#full;
  }

  #requireQuota(after: number, used: number): void {
    // What makes a full store smaller is always welcome.
    if (after <= this.#quota || after <= used) return;
    throw new StoreError("NO_SPACE", `the store has ${used} of ${this.#quota} bytes that its quota allows`, {
      remedy: "Delete what is not needed, or raise the quota.",
    });
  }

  #probe(): void {
    if (this.#clock.now() < this.#nextProbe) return;
    this.#nextProbe = this.#clock.now() + PROBE_PERIOD;
    this.#probing = this.#reclaim().then(() => this.#take());
  }

  /** A disk that has no room for the reserve is full, or as good as full. */
  #take(): Promise<void> {
    this.#reserved = this.#reserved.then(async () => {
      if (await this.#reserve.take()) this.#full = undefined;
    });
    return this.#reserved;
  }
}

function replaced(mutations: readonly Mutation[], tree: KeyTree): number {
  let bytes = 0;
  for (const { key } of mutations) {
    const entry = tree.get(key);
    if (entry !== undefined) bytes += sizeOf(key, entry.value.bytes());
  }
  return bytes;
}
