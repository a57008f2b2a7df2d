import type { Cycle, QueueItem } from "@pinnace/scheduler-framework";
import type { AttemptRecord } from "./explain/attempt-record.ts";
import type { Extender } from "./extenders/extender.ts";
import type { Runtime } from "./profile-runtimes.ts";

/** One try to place one pod. */
export interface Attempt {
  readonly item: QueueItem;
  readonly cycle: Cycle;
  readonly runtime: Runtime;
  /** Those that care for the pod. */
  readonly extenders: readonly Extender[];
  /** Milliseconds since the epoch. */
  readonly started: number;
  record: AttemptRecord | undefined;
}
