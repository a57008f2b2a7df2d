import type { Condition } from "@pinnace/store";

/** An entry as somebody saw it. */
export interface Seen {
  readonly key: string;
  readonly value: string;
  /** Undefined where it is not told, as by an API server. */
  readonly createRevision: number | undefined;
  readonly modRevision: number;
}

/** What an event tells of what was there before; what it does not tell is undefined. */
export type Told = { readonly [Member in keyof Seen]: Seen[Member] | undefined };

/**
 * Values are never written twice, so that what is read tells who wrote it. Deletions are conditional, so that a commit
 * always changes something and has a revision of its own.
 */
export type Write =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "delete"; readonly key: string };

/** When a call was made and answered, on the harness's own count of calls and answers. */
interface Span {
  readonly invoked: number;
  /** Infinity when no answer came. */
  readonly completed: number;
}

export interface CommitCall extends Span {
  readonly kind: "commit";
  readonly when: readonly Condition[];
  readonly then: readonly Write[];
  readonly outcome: /** Without a revision where it is not told, as by an API server that deletes. */
    | { readonly type: "committed"; readonly revision: number | undefined }
    | { readonly type: "conflict"; readonly revision: number; readonly current: readonly (Seen | undefined)[] }
    /** A conflict of which no more is told. */
    | { readonly type: "conflict"; readonly revision: undefined; readonly current?: undefined }
    /** No answer, or one that leaves open whether it happened. */
    | { readonly type: "unknown" }
    /** The store says that it did not happen. */
    | { readonly type: "refused" };
}

interface ReadCall extends Span {
  readonly kind: "read";
  readonly key: string;
  readonly seen: Seen | undefined;
}

/** All pages of a list, put together. */
interface ListCall extends Span {
  readonly kind: "list";
  readonly prefix: string;
  /** The snapshot that was asked for; undefined: the newest. */
  readonly asked: number | undefined;
  readonly revision: number;
  readonly entries: readonly Seen[];
}

interface RevisionCall extends Span {
  readonly kind: "revision";
  readonly revision: number;
}

export type Call = CommitCall | ReadCall | ListCall | RevisionCall;

export interface SeenEvent {
  readonly type: "put" | "delete";
  readonly key: string;
  readonly revision: number;
  /** Of a put. */
  readonly value?: string;
  readonly previous: Told | undefined;
  /** When it arrived. */
  readonly at: number;
}

/** One watch, from its subscription to its end. */
export interface WatchRecord {
  readonly prefix: string;
  readonly from: number;
  readonly events: readonly SeenEvent[];
  /** What the watch said of how far it was, and how many events had come by then. */
  readonly progress: readonly { readonly revision: number; readonly events: number }[];
  /** Still open at the end of the run, when nothing more happened: it must have come to the end of the history. */
  readonly isOpen: boolean;
}

/** What happened in a run. */
export interface History {
  readonly calls: readonly Call[];
  readonly watches: readonly WatchRecord[];
  /** Read when everything was over. */
  readonly end: { readonly revision: number; readonly entries: readonly Seen[] };
}

/** Whether two say the same, as far as both say something. */
export function sameEntry(a: Told | undefined, b: Told | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return MEMBERS.every((member) => a[member] === undefined || b[member] === undefined || a[member] === b[member]);
}

const MEMBERS = ["key", "value", "createRevision", "modRevision"] as const;
