import type { Clock } from "@pinnace/clock";
import { type Mutation, StoreError, type Transaction } from "@pinnace/store";
import type { EtcdClient } from "../connection/etcd-client.ts";
import type { Keys } from "../keys.ts";
import { type KeyValue, modRevisionIs, type RequestOp } from "../protocol/messages.ts";
import { RANGE, TXN } from "../protocol/methods.ts";
import { Leases } from "./leases.ts";
import { type Mark, Marks, readMark } from "./marks.ts";

interface WritesParts {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly keys: Keys;
  /** Unique among all that write to the etcd. */
  readonly name: string;
  /** Milliseconds in which it is found out what became of a commit without an answer. */
  readonly patience: number;
}

/** What became of a transaction. */
export type Written =
  | {
      readonly succeeded: true;
      readonly revision: number /** Of the mutations that changed nothing. */;
      readonly idle: ReadonlySet<number>;
    }
  | {
      readonly succeeded: false;
      readonly revision: number /** Of the conditions. */;
      readonly found: readonly (KeyValue | undefined)[];
    };

/** etcd takes so many conditions or operations in a transaction, by default. */
const MOST = 128;
const LEASE_ATTEMPTS = 3;
const NONE: ReadonlySet<number> = new Set();

/**
 * Writes each transaction once. When no answer comes, the transaction's {@link Mark} tells whether it was made; when it
 * was not, it is barred, so that it cannot be made any more, and sent again.
 */
export class Writes {
  readonly #parts: WritesParts;
  readonly #leases: Leases;
  readonly #marks: Marks;

  constructor(parts: WritesParts) {
    this.#parts = parts;
    this.#leases = new Leases(parts.client, parts.clock);
    this.#marks = new Marks(parts);
  }

  /**
   * Errors: those of a call; `OUTCOME_UNKNOWN` when etcd was away too long to tell, `UNAVAILABLE` when it was away too long
   * to write, but will not have written.
   */
  async write(transaction: Transaction): Promise<Written> {
    if (!changesForSure(transaction)) return this.#send(transaction, undefined);
    const { clock, patience } = this.#parts;
    const mark = this.#marks.take();
    let until = Number.POSITIVE_INFINITY;
    for (;;) {
      let doubt: StoreError;
      try {
        return this.#done(mark, await this.#send(transaction, mark));
      } catch (error) {
        if (isFull(error)) return this.#whenFull(transaction, mark, error);
        doubt = this.#doubtOf(error, mark);
      }
      until = Math.min(until, clock.now() + patience);
      const { made, revision } = await this.#settle(mark, doubt);
      if (made) return this.#done(mark, { succeeded: true, revision, idle: NONE });
      this.#marks.wrote(mark, revision);
      if (clock.now() < until) continue;
      this.#marks.give(mark);
      throw new StoreError("UNAVAILABLE", `${doubt.message}; the write was not made`, { cause: doubt });
    }
  }

  /** The error, when it leaves open whether the write was made; otherwise throws it. */
  #doubtOf(error: unknown, mark: Mark): StoreError {
    if (error instanceof StoreError && error.code === "OUTCOME_UNKNOWN") return error;
    this.#marks.give(mark);
    throw error;
  }

  /**
   * A full etcd refuses the mark as it refuses every put: before it makes a transaction, or when it has made the one that
   * filled it. Deletions, which it lets pass, then go without a mark.
   */
  async #whenFull(transaction: Transaction, mark: Mark, refusal: StoreError): Promise<Written> {
    const { client } = this.#parts;
    const { kvs } = await client.callRepeatably(RANGE, { key: mark.key }).catch((cause: unknown) => {
      throw unknownOutcome(refusal, cause);
    });
    const { made, revision } = readMark(mark, kvs[0]);
    if (made) return this.#done(mark, { succeeded: true, revision, idle: NONE });
    this.#marks.give(mark);
    if (transaction.then.some(({ type }) => type === "put")) throw refusal;
    return this.#send(transaction, undefined);
  }

  #done(mark: Mark, written: Written): Written {
    if (written.succeeded) this.#marks.wrote(mark, written.revision);
    this.#marks.give(mark);
    return written;
  }

  async #send(transaction: Transaction, mark: Mark | undefined): Promise<Written> {
    const { when, then } = transaction;
    const { client } = this.#parts;
    const marks = mark === undefined ? [] : [mark];
    const compare = [...conditionsOf(when, this.#parts.keys), ...marks.map(isAsKnown)];
    const failure = compare.map(({ key }) => ({ range: { key } }));
    for (let attempt = 1; ; attempt++) {
      const operations = then.map((mutation) => this.#operation(mutation));
      const success = await Promise.all([...operations, ...marks.map((each) => this.#marks.made(each))]);
      const message = { compare, success, failure };
      try {
        const answer = await (then.length === 0 ? client.callRepeatably(TXN, message) : client.callOnce(TXN, message));
        const { succeeded, header, responses } = answer;
        const revision = header?.revision ?? 0;
        if (succeeded) {
          const idle = responses.flatMap(({ deleteRange }, index) => (deleteRange?.deleted === 0 ? [index] : []));
          return { succeeded, revision, idle: new Set(idle) };
        }
        const found = responses.map(({ range }) => range?.kvs[0]);
        const known = mark === undefined ? undefined : readMark(mark, found[when.length]);
        if (known?.made) return { succeeded: true, revision: known.revision, idle: NONE };
        return { succeeded, revision, found: found.slice(0, when.length) };
      } catch (error) {
        const leaseGone = error instanceof StoreError && /lease not found/.test(error.message);
        if (!leaseGone || attempt === LEASE_ATTEMPTS) throw error;
        this.#leases.forget();
        this.#marks.forgetLease();
      }
    }
  }

  /** Finds out whether a commit was made; if not, it will not be. */
  async #settle(mark: Mark, doubt: StoreError): Promise<{ readonly made: boolean; readonly revision: number }> {
    try {
      const answer = await this.#parts.client.callRepeatably(TXN, {
        compare: [isAsKnown(mark)],
        success: [await this.#marks.bar(mark)],
        failure: [{ range: { key: mark.key } }],
      });
      if (answer.succeeded) return { made: false, revision: answer.header?.revision ?? 0 };
      return readMark(mark, answer.responses[0]?.range?.kvs[0]);
    } catch (cause) {
      throw unknownOutcome(doubt, cause);
    }
  }

  async #operation(mutation: Mutation): Promise<RequestOp> {
    const key = this.#parts.keys.encode(mutation.key);
    if (mutation.type === "delete") return { deleteRange: { key } };
    const value = mutation.value.bytes();
    if (mutation.ttl === undefined) return { put: { key, value } };
    return { put: { key, value, lease: await this.#leases.leaseFor(mutation.ttl) } };
  }
}

const isFull = (error: unknown): error is StoreError => error instanceof StoreError && error.code === "NO_SPACE";

function unknownOutcome(doubt: StoreError, cause: unknown): StoreError {
  const message = `${doubt.message}; it is not known whether the write was made`;
  return new StoreError("OUTCOME_UNKNOWN", message, { cause, remedy: "Read, and decide." });
}

const isAsKnown = ({ key, modRevision }: Mark): ReturnType<typeof modRevisionIs> => modRevisionIs(key, modRevision);

const conditionsOf = (when: Transaction["when"], keys: Keys): ReturnType<typeof modRevisionIs>[] =>
  when.map(({ key, modRevision }) => modRevisionIs(keys.encode(key), modRevision));

/**
 * A commit that may change nothing must leave the revision as it is, so it has no mark, and no more has one that fills
 * etcd's limit.
 */
function changesForSure({ when, then }: Transaction): boolean {
  if (Math.max(when.length, then.length) >= MOST) return false;
  const isThere = (key: string): boolean => when.some((each) => each.key === key && each.modRevision > 0);
  return then.some(({ type, key }) => type === "put" || isThere(key));
}
