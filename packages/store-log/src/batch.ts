import type { Mutation, StoreEvent } from "@pinnace/store";
import type { FrameBuilder } from "./frame.ts";
import { writeCompaction, writeMutations } from "./record.ts";

/** A commit on its way to the disk. */
interface PendingCommit {
  readonly mutations: readonly Mutation[];
  readonly revision: number;
  /** When it was made, milliseconds since the epoch; of no account when no mutation has a time to live. */
  readonly at: number;
  readonly events: readonly StoreEvent[];
}

/** Commits that go to the disk together. */
export class Batch {
  readonly frame: FrameBuilder;
  readonly commits: PendingCommit[] = [];
  readonly compactions: number[] = [];
  /** Settles when the batch is durable and visible, or refused. */
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;

  constructor(frame: FrameBuilder) {
    frame.reset();
    this.frame = frame;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.settled = promise;
    this.resolve = resolve;
    this.reject = reject;
    // A batch may have nobody who waits for it, such as one of expired keys.
    promise.catch(() => undefined);
  }

  get empty(): boolean {
    return this.frame.empty;
  }

  add(commit: PendingCommit): void {
    writeMutations(this.frame, commit.revision, commit.mutations, commit.at);
    this.commits.push(commit);
  }

  addCompaction(revision: number): void {
    writeCompaction(this.frame, revision);
    this.compactions.push(revision);
  }
}
