import type { Clock } from "@pinnace/clock";
import type { EventRecorder } from "@pinnace/controller-runtime";

/**
 * Hands events on only after the present macrotask, so that the status of a pod that starts at once is written before
 * the four events about it.
 */
export function deferEvents(recorder: EventRecorder, clock: Clock): EventRecorder {
  let waiting: Parameters<EventRecorder["event"]>[] = [];
  const flush = (): void => {
    const events = waiting;
    waiting = [];
    for (const event of events) recorder.event(...event);
  };
  return {
    event: (...event) => {
      waiting.push(event);
      if (waiting.length === 1) clock.setTimeout(flush, 0);
    },
  };
}
