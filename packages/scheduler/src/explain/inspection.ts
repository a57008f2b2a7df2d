import type { Logger } from "@pinnace/logging";
import type { Profile, QueuePlace, Snapshot } from "@pinnace/scheduler-framework";
import type { Extender } from "../extenders/extender.ts";
import type { SupposingReader } from "../whatif/supposing-reader.ts";
import type { AttemptLog } from "./attempt-log.ts";

/** What a scheduler shows of itself to who asks why. Reading changes nothing. */
export interface SchedulerInspection {
  readonly attempts: AttemptLog;
  /** The nodes as the next attempt would see them. */
  snapshot(): Snapshot;
  /** The profile of a `schedulerName`. */
  profileOf(schedulerName: string): Profile | undefined;
  /** What plugins read by. */
  readonly reader: SupposingReader;
  readonly logger: Logger;
  extenders(): readonly Extender[];
  /** Where a pod waits; undefined for one that this scheduler does not know. */
  placeOf(uid: string): QueuePlace | undefined;
}
