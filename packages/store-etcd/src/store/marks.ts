import type { Clock } from "@pinnace/clock";
import { StoreError } from "@pinnace/store";
import type { EtcdClient } from "../connection/etcd-client.ts";
import type { Keys } from "../keys.ts";
import type { KeyValue, RequestOp } from "../protocol/messages.ts";
import { LEASE_GRANT } from "../protocol/methods.ts";

/** Seconds after which etcd removes the marks of a process that is gone. */
const LIFETIME = 7_200;
/** Milliseconds after which marks get another lease, and after which a mark that was not written is left to its end. */
const REUSE = 1_800_000;

const MADE = Uint8Array.of(1);
const BARRED = Uint8Array.of(0);

/**
 * A key that only this process writes, one commit at a time. A commit writes it along, on the condition that it is as the
 * process knows it: so a commit happens once at most, however often it is sent and however late it arrives, and the mark
 * tells whether it did.
 */
export interface Mark {
  readonly key: Uint8Array;
  /** As the process knows it; 0: it was never written. */
  modRevision: number;
  writtenAt: number;
}

interface MarksParts {
  readonly client: Pick<EtcdClient, "callRepeatably">;
  readonly clock: Clock;
  readonly keys: Keys;
  /** Of this process's own, among all that share the etcd. */
  readonly name: string;
}

/** As many marks as there are commits at a time. */
export class Marks {
  readonly #parts: MarksParts;
  readonly #free: Mark[] = [];
  #made = 0;
  #lease: { readonly id: Promise<bigint>; readonly until: number } | undefined;

  constructor(parts: MarksParts) {
    this.#parts = parts;
  }

  /** One that nobody uses, or a new one. */
  take(): Mark {
    const { clock, keys, name } = this.#parts;
    const oldest = clock.now() - REUSE;
    for (let mark = this.#free.pop(); mark !== undefined; mark = this.#free.pop())
      if (mark.modRevision === 0 || mark.writtenAt > oldest) return mark;
    this.#made += 1;
    return { key: keys.hidden(`${name}/${this.#made}`), modRevision: 0, writtenAt: 0 };
  }

  /** Notes that a mark was written. */
  wrote(mark: Mark, revision: number): void {
    mark.modRevision = revision;
    mark.writtenAt = this.#parts.clock.now();
  }

  /** Gives a mark back. One whose state is not known is not given back. */
  give(mark: Mark): void {
    this.#free.push(mark);
  }

  /** The part of a commit that says that it was made. */
  async made({ key }: Mark): Promise<RequestOp> {
    return { put: { key, value: MADE, lease: await this.#leaseId() } };
  }

  /** What keeps a commit that was sent from being made any more. */
  async bar({ key }: Mark): Promise<RequestOp> {
    return { put: { key, value: BARRED, lease: await this.#leaseId() } };
  }

  /** After etcd has said that a lease is gone. */
  forgetLease(): void {
    this.#lease = undefined;
  }

  async #leaseId(): Promise<bigint> {
    const { client, clock } = this.#parts;
    if (this.#lease === undefined || clock.now() >= this.#lease.until) {
      const id = client.callRepeatably(LEASE_GRANT, { ttl: LIFETIME }).then((lease) => lease.id);
      const lease = { id, until: clock.now() + REUSE };
      this.#lease = lease;
      id.catch(() => {
        if (this.#lease === lease) this.#lease = undefined;
      });
    }
    return this.#lease.id;
  }
}

/**
 * Whether the commit that was sent with a mark has been made, and at which revision; `found` is the mark as it is.
 * Rejects with `OUTCOME_UNKNOWN` when the mark is gone.
 */
export function readMark(
  mark: Mark,
  found: KeyValue | undefined,
): { readonly made: boolean; readonly revision: number } {
  const revision = found?.modRevision ?? 0;
  if (revision === 0 && mark.modRevision !== 0)
    throw new StoreError("OUTCOME_UNKNOWN", "the mark of a commit is no longer in etcd");
  return { made: revision !== mark.modRevision && found?.value[0] === MADE[0], revision };
}
