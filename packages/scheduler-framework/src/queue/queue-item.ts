import type { PodInfo } from "../contract/node-info.ts";
import type { QueuedPod } from "../contract/points.ts";

/** A pod on its way through the queue. */
export interface QueueItem extends QueuedPod {
  readonly pod: PodInfo;
  /** When it was added, or came back from its last attempt, milliseconds since the epoch. */
  readonly timestamp: number;
  /** When it was first ready to be tried, milliseconds since the epoch: time behind gates does not count. */
  added: number | undefined;
  attempts: number;
  /** Attempts that ended with a rejection: they lengthen the back-off. */
  rejections: number;
  /** Attempts that ended with an error, one after the other; they alone count while there are any. */
  errors: number;
  /** The plugins that rejected it last; what may change their mind moves it. */
  unschedulablePlugins: ReadonlySet<string>;
  /** Those of them that said `Pending`: what changes their mind moves it without back-off. */
  pendingPlugins: ReadonlySet<string>;
  /** The PreEnqueue plugin that keeps it out, if any. */
  gatedBy: string | undefined;
  /** Nothing but time brought it back for this attempt. */
  wasFlushed: boolean;
}

export const uidOf = (item: { readonly pod: PodInfo }): string => item.pod.pod.metadata?.uid ?? "";

/** A pod that has not been tried. */
export function newQueueItem(pod: PodInfo, now: number): QueueItem {
  return {
    pod,
    timestamp: now,
    added: undefined,
    attempts: 0,
    rejections: 0,
    errors: 0,
    unschedulablePlugins: NOBODY,
    pendingPlugins: NOBODY,
    gatedBy: undefined,
    wasFlushed: false,
  };
}

export const NOBODY: ReadonlySet<string> = new Set();
