import type { CronJob } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { Cron } from "croner";

/** How many missed times are counted one by one; more are an error of the clock or of the schedule. */
const TOO_MANY = 100;

/** The times at which a CronJob is due. */
export interface Schedule {
  /** The first time after `instant`; undefined when there is none. All in milliseconds since the epoch. */
  next(instant: number): number | undefined;
}

/** Reads `spec.schedule` in `spec.timeZone` (default UTC). Throws when either is none. */
export function parseSchedule({ spec }: CronJob): Schedule {
  const cron = new Cron(spec?.schedule ?? "", { paused: true, timezone: spec?.timeZone ?? "Etc/UTC" });
  return { next: (instant) => cron.nextRun(new Date(instant))?.getTime() };
}

/** What is due of a CronJob. */
interface DueTime {
  /** The last time that has come and was not served; undefined when none has. */
  readonly due: number | undefined;
  /** How many times have come since the last one served, at most 100. */
  readonly missed: number;
}

/** The most recent time that has passed since the last run (or the creation, or the start deadline's reach). */
export function dueTime(cronJob: CronJob, schedule: Schedule, now: number): DueTime {
  const { metadata, spec, status } = cronJob;
  const last = timeOf(status?.lastScheduleTime) ?? timeOf(metadata?.creationTimestamp) ?? now;
  const deadline = spec?.startingDeadlineSeconds;
  let time = deadline === undefined ? last : Math.max(last, now - deadline * 1000);
  let due: number | undefined;
  let missed = 0;
  for (let next = schedule.next(time); next !== undefined && next <= now; next = schedule.next(time)) {
    due = next;
    time = next;
    missed++;
    if (missed >= TOO_MANY) {
      due = lastBefore(schedule, next, now);
      break;
    }
  }
  return { due, missed };
}

/** The last time up to `now`, found by halving: a schedule of every second missed for a year has too many to count. */
function lastBefore(schedule: Schedule, known: number, now: number): number {
  let low = known;
  let high = now;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2);
    const next = schedule.next(middle);
    if (next !== undefined && next <= now) low = next;
    else high = middle;
  }
  return low;
}
