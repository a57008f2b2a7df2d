import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";
import type { Clock, Timer } from "./clock.ts";

type TimeSource = Pick<Clock, "now" | "setTimeout">;
type Work<State> = (this: SchedulerAction<State>, state?: State) => void;

/** An RxJS scheduler whose time and timers are those of `clock`. */
export function createScheduler(clock: TimeSource): SchedulerLike {
  return {
    now: () => clock.now(),
    schedule: <State>(work: Work<State>, delay = 0, state?: State): Subscription =>
      new ClockAction(clock, work).schedule(state, delay),
  };
}

/** One piece of scheduled work; it may schedule itself again, which replaces what is pending. */
class ClockAction<State> extends Subscription implements SchedulerAction<State> {
  readonly #clock: TimeSource;
  readonly #work: Work<State>;
  #timer: Timer | undefined;

  constructor(clock: TimeSource, work: Work<State>) {
    super(() => this.#timer?.cancel());
    this.#clock = clock;
    this.#work = work;
  }

  schedule(state?: State, delay = 0): Subscription {
    if (this.closed) return this;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimeout(() => this.#run(state), delay);
    return this;
  }

  #run(state: State | undefined): void {
    const own = this.#timer;
    try {
      this.#work(state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
    if (this.#timer === own) this.unsubscribe();
  }
}
