import type { Clock, Timer } from "@pinnace/clock";
import { probeOf } from "./create-prober.ts";
import type { ProbeResult, Prober, ProbeTarget } from "./prober.ts";

interface ProbeWorkerComponents {
  readonly clock: Clock;
  readonly prober: Prober;
  /** Called when the verdict has changed. */
  readonly changed: () => void;
  /** Called for every run that did not succeed. */
  readonly unhealthy: (target: ProbeTarget, result: ProbeResult) => void;
}

/** Runs one probe of one container instance by its thresholds and period. `verdict` is undefined until there is one. */
export class ProbeWorker {
  verdict: boolean | undefined;
  readonly #target: ProbeTarget;
  readonly #components: ProbeWorkerComponents;
  readonly #stop = new AbortController();
  #timer: Timer | undefined;
  #last: ProbeResult["outcome"] | undefined;
  #run = 0;

  /** `startedAt`: when the container started, milliseconds since the epoch; the initial delay counts from there. */
  constructor(target: ProbeTarget, startedAt: number, components: ProbeWorkerComponents) {
    this.#target = target;
    this.#components = components;
    const settled = components.prober.settled?.(target);
    if (settled) {
      this.verdict = settled.outcome === "success";
      return;
    }
    const delay = (probeOf(target)?.initialDelaySeconds ?? 0) * 1000;
    this.#schedule(Math.max(0, startedAt + delay - components.clock.now()));
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.cancel();
  }

  #schedule(delay: number): void {
    this.#timer = this.#components.clock.setTimeout(() => void this.#probe(), delay);
  }

  async #probe(): Promise<void> {
    const result = await this.#components.prober.probe(this.#target, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    this.#record(result);
    this.#schedule((probeOf(this.#target)?.periodSeconds ?? 10) * 1000);
  }

  #record(result: ProbeResult): void {
    const { failureThreshold = 3, successThreshold = 1 } = probeOf(this.#target) ?? {};
    if (result.outcome !== "success") this.#components.unhealthy(this.#target, result);
    if (result.outcome === "unknown") return;
    this.#run = this.#last === result.outcome ? this.#run + 1 : 1;
    this.#last = result.outcome;
    const needed = result.outcome === "success" ? successThreshold : failureThreshold;
    if (this.#run < needed) return;
    const verdict = result.outcome === "success";
    if (this.verdict === verdict) return;
    this.verdict = verdict;
    this.#components.changed();
  }
}
