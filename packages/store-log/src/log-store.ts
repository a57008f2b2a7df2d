import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock, Timer } from "@pinnace/clock";
import { messageOf } from "@pinnace/errors";
import type { Logger } from "@pinnace/logging";
import {
  type Commit,
  type Entry,
  type ListOptions,
  type Mutation,
  type Page,
  type Store,
  StoreError,
  type StoreEvent,
  type Transaction,
  type WatchOptions,
} from "@pinnace/store";
import {
  apply,
  compactRegularly,
  type Deadline,
  Expiry,
  type KeyTree,
  Ledger,
  unmet,
  validateTransaction,
} from "@pinnace/store/engine";
import type { Observable } from "rxjs";
import { Batch } from "./batch.ts";
import type { DirectoryLock } from "./directory-lock.ts";
import type { Failpoint } from "./failpoint.ts";
import { FrameBuilder } from "./frame.ts";
import type { Log } from "./log.ts";
import type { StoreMeter } from "./meter.ts";
import { type Recovered, sizeOf } from "./recovery.ts";
import type { SpaceGuard } from "./space-guard.ts";

/** A {@link Store} whose commits are on the disk of this machine. */
export interface LogStore extends Store {
  /** Bytes of the files. */
  size(): number;
  /** Bytes of keys and values, which is what the quota counts. */
  used(): number;
  /** Writes a checkpoint now and removes the logs that it replaces; resolves when it is on the disk. */
  checkpoint(): Promise<void>;
  /** True when no commit is on its way to the disk: an idle check for a virtual clock. */
  idle(): boolean;
}

/** The parts that {@link TreeLogStore} is made of. */
interface LogStoreParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lock: DirectoryLock;
  readonly log: Log;
  readonly failpoint: Failpoint | undefined;
  readonly space: SpaceGuard;
  readonly meter: StoreMeter;
  readonly recovered: Recovered;
  /** See `LogStoreOptions`. */
  readonly compactionInterval: number;
}

/** A batch that is being written, and the state after it. */
interface Flight {
  readonly batch: Batch;
  readonly tree: KeyTree;
  /** Never rejects: undefined when it is on the disk, else why it is not. */
  readonly written: Promise<{ readonly error: unknown } | undefined>;
}

const EXPIRY_RETRY = 10_000;

/**
 * Bytes of a batch from which it is written at once rather than at the end of the turn: the disk then works beside those
 * who make the next batch. Smaller ones are better written together, because each write costs a flush of the disk.
 */
const OVERLAPPING = 192 << 10;

/**
 * Commits change a tree ahead of the disk and wait for it in batches: what arrives while one batch is being written
 * shares the next one. Readers and watches see a batch when it is on the disk.
 */
export class TreeLogStore implements LogStore {
  readonly #parts: LogStoreParts;
  readonly #ledger: Ledger;
  readonly #expiry: Expiry;
  readonly #compaction: Timer | undefined;
  /** The state after all commits that were accepted, durable or not. */
  #head: KeyTree;
  #headRevision: number;
  #used: number;
  #batch: Batch = new Batch(new FrameBuilder());
  #spare: FrameBuilder = new FrameBuilder();
  #flight: Flight | undefined;
  /** True while a batch waits for the end of the turn. */
  #gathering = false;
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #wantedCheckpoint: PromiseWithResolvers<{ readonly written: Promise<void> }> | undefined;

  constructor(parts: LogStoreParts) {
    this.#parts = parts;
    const { recovered } = parts;
    this.#ledger = new Ledger(recovered);
    this.#head = recovered.tree.snapshot();
    this.#headRevision = recovered.revision;
    this.#used = recovered.used;
    this.#expiry = new Expiry(parts.clock, (deadline) => this.#expire(deadline));
    for (const deadline of recovered.deadlines) this.#expiry.add(deadline);
    this.#compaction = compactRegularly(this, {
      clock: parts.clock,
      interval: parts.compactionInterval,
      from: recovered.revision,
      onError: (error) => {
        if (this.#closing === undefined) parts.logger.warn("the store could not be compacted", { error });
      },
    });
    parts.space.reclaimWith(() => this.#reclaim());
    parts.meter.observe({ revision: () => this.#ledger.revision, size: () => this.size(), used: () => this.#used });
  }

  async read(key: string): Promise<Entry | undefined> {
    return this.#ledger.read(key);
  }

  async list(prefix: string, options?: ListOptions): Promise<Page> {
    return this.#ledger.list(prefix, options);
  }

  commit(transaction: Transaction): Promise<Commit> {
    try {
      this.#requireOpen();
      validateTransaction(transaction);
      return this.#enter(transaction);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  watch(prefix: string, options?: WatchOptions): Observable<StoreEvent> {
    return this.#ledger.watch(prefix, options);
  }

  async compact(revision: number): Promise<void> {
    this.#requireOpen();
    this.#ledger.requireCompactable(revision);
    this.#batch.addCompaction(revision);
    return this.#durable();
  }

  async revision(): Promise<number> {
    this.#ledger.requireOpen();
    return this.#ledger.revision;
  }

  async requestProgress(): Promise<void> {
    this.#ledger.requestProgress();
  }

  size(): number {
    return this.#parts.log.size;
  }

  used(): number {
    return this.#used;
  }

  idle(): boolean {
    return this.#draining === undefined;
  }

  async checkpoint(): Promise<void> {
    this.#requireOpen();
    this.#wantedCheckpoint ??= Promise.withResolvers();
    this.#wake();
    const { written } = await this.#wantedCheckpoint.promise;
    await written;
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#compaction?.cancel();
    this.#expiry.close();
    await this.#draining;
    this.#ledger.close(new StoreError("CLOSED", "the store is closed"));
    await this.#parts.space.settled();
    await this.#parts.log.close();
    this.#parts.lock.release();
  }

  #requireOpen(): void {
    this.#ledger.requireOpen();
    if (this.#closing !== undefined) throw new StoreError("CLOSED", "the store is closed");
  }

  #enter({ when, then }: Transaction): Promise<Commit> {
    const current = unmet(this.#head, when);
    if (current !== undefined) return this.#observed({ succeeded: false, revision: this.#headRevision, current });
    this.#parts.space.requireFor(then, this.#head, this.#used);
    const revision = this.#headRevision + 1;
    const events = apply(this.#head, then, revision);
    if (events.length === 0) return this.#observed({ succeeded: true, revision: this.#headRevision });
    this.#headRevision = revision;
    for (const event of events) this.#used += growth(event);
    const batch = this.#batch;
    batch.add({ mutations: then, revision, at: then.some(hasTtl) ? this.#parts.clock.now() : 0, events });
    this.#wake();
    if (this.#gathering && this.#flight === undefined && batch.frame.length >= OVERLAPPING) this.#launch();
    return batch.settled.then(() => ({ succeeded: true, revision }));
  }

  /** Answers with what is in memory as soon as that is on the disk. */
  #observed(commit: Commit): Promise<Commit> {
    const behind = this.#batch.empty ? this.#flight?.batch : this.#batch;
    return behind === undefined ? Promise.resolve(commit) : behind.settled.then(() => commit);
  }

  #durable(): Promise<void> {
    this.#wake();
    return this.#batch.settled;
  }

  #wake(): void {
    this.#draining ??= this.#drain().catch((error: unknown) => this.#fail(error));
  }

  /** For what no caller could be told: nothing may wait for ever, and nothing more may be acknowledged. */
  #fail(cause: unknown): void {
    const reason = new StoreError("UNAVAILABLE", `the store failed: ${messageOf(cause)}`, { cause });
    this.#parts.logger.error("the store failed", { error: cause });
    this.#ledger.close(reason);
    this.#flight?.batch.reject(reason);
    this.#batch.reject(reason);
    this.#wantedCheckpoint?.reject(reason);
    this.#draining = undefined;
  }

  async #drain(): Promise<void> {
    for (;;) {
      if (this.#flight === undefined) await this.#gather();
      if (this.#flight === undefined && this.#batch.empty && this.#wantedCheckpoint === undefined) break;
      if (this.#flight === undefined && !this.#batch.empty) this.#launch();
      if (this.#flight !== undefined) await this.#land(this.#flight);
      if (this.#flight === undefined && this.#checkpointWanted) await this.#startCheckpoint();
    }
    this.#draining = undefined;
  }

  /** Everybody who runs in this turn of the event loop joins the batch, unless it is launched by its size. */
  async #gather(): Promise<void> {
    this.#gathering = true;
    await nextTurn();
    this.#gathering = false;
  }

  get #checkpointWanted(): boolean {
    return this.#wantedCheckpoint !== undefined || this.#parts.log.checkpointDue;
  }

  /** Starts to write the batch; from now on commits join the next one. */
  #launch(): void {
    const { log, meter } = this.#parts;
    const batch = this.#batch;
    const tree = this.#head.snapshot();
    this.#batch = new Batch(this.#spare);
    this.#spare = batch.frame;
    const written = meter
      .append(batch.commits.length, () => log.append(batch.frame.finish(log.position)))
      .then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
    this.#flight = { batch, tree, written };
  }

  async #land(flight: Flight): Promise<void> {
    const { batch, tree, written } = flight;
    const failure = await written;
    if (failure !== undefined) {
      await this.#refuse(batch, failure.error);
      this.#flight = undefined;
      return;
    }
    if (batch.compactions.length > 0) {
      this.#publish(tree, batch);
      await this.#compact(batch.compactions);
    }
    this.#flight = undefined;
    // Before those who wait for this batch run, so that the disk is at work while they are.
    if (this.#batch.frame.length >= OVERLAPPING && !this.#checkpointWanted) this.#launch();
    if (batch.compactions.length === 0) this.#publish(tree, batch);
    batch.resolve();
  }

  #publish(tree: KeyTree, batch: Batch): void {
    const events: StoreEvent[] = [];
    for (const commit of batch.commits) {
      this.#expiry.follow(commit.mutations, commit.revision, commit.at);
      for (const event of commit.events) events.push(event);
    }
    this.#ledger.publish(tree, events);
  }

  async #compact(revisions: readonly number[]): Promise<void> {
    const { failpoint } = this.#parts;
    if (failpoint !== undefined) await failpoint("beforeCompaction");
    for (const revision of revisions) this.#ledger.compact(revision);
    if (failpoint !== undefined) await failpoint("afterCompaction");
  }

  /** Nothing of the batch happened, and so nothing of what was built on it. */
  async #refuse(batch: Batch, error: unknown): Promise<void> {
    const reason = await this.#parts.space.explain(error);
    const next = this.#batch;
    this.#batch = new Batch(new FrameBuilder());
    this.#head = this.#ledger.tree.snapshot();
    this.#headRevision = this.#ledger.revision;
    for (const refused of [batch, next])
      for (const { events } of refused.commits) for (const event of events) this.#used -= growth(event);
    this.#parts.logger.error("the store could not write", { error: reason });
    if (reason.code !== "NO_SPACE") this.#ledger.close(reason);
    batch.reject(reason);
    next.reject(reason);
  }

  async #startCheckpoint(): Promise<void> {
    const wanted = this.#wantedCheckpoint;
    this.#wantedCheckpoint = undefined;
    const { tree, revision, history } = this.#ledger;
    const started = await this.#parts.log.startCheckpoint({
      tree,
      revision,
      compacted: history.compacted,
      events: history.events(),
      deadlineOf: (key, modRevision) => this.#expiry.deadlineOf(key, modRevision),
    });
    wanted?.resolve(started);
  }

  /** A full disk may have room again once the log of what was deleted is gone. */
  async #reclaim(): Promise<void> {
    const { log, logger } = this.#parts;
    try {
      if (await log.canReclaim(this.#used)) await this.checkpoint();
    } catch (error) {
      logger.warn("could not make room by a checkpoint", { error });
    }
  }

  #expire(deadline: Deadline): void {
    const { key, modRevision } = deadline;
    if (this.#closing !== undefined) return;
    this.#enter({ when: [{ key, modRevision }], then: [{ type: "delete", key }] }).catch((error: unknown) => {
      if (this.#closing !== undefined || !(error instanceof StoreError) || error.code !== "NO_SPACE") return;
      this.#expiry.add({ ...deadline, at: this.#parts.clock.now() + EXPIRY_RETRY });
    });
  }
}

/** True for what has a time to live, for which alone the clock is asked. */
function hasTtl(mutation: Mutation): boolean {
  return mutation.type === "put" && mutation.ttl !== undefined;
}

function growth(event: StoreEvent): number {
  const before = event.previous === undefined ? 0 : sizeOf(event.previous.key, event.previous.value.bytes());
  return event.type === "put" ? sizeOf(event.entry.key, event.entry.value.bytes()) - before : -before;
}
