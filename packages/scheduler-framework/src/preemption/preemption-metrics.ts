import type { Counter, Histogram, MetricRegistry } from "@pinnace/metrics";

const exponential = (start: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start * 2 ** index);

/** kube-scheduler's metrics of preemption, by their names; plugins that preempt share them. Durations are seconds. */
export class PreemptionMetrics {
  readonly #attempts: Counter | undefined;
  readonly #victims: Histogram | undefined;
  readonly #duration: Histogram | undefined;
  readonly #executions: Counter | undefined;

  constructor(registry: MetricRegistry | undefined) {
    this.#attempts = registry?.counter({
      name: "scheduler_preemption_attempts_total",
      help: "[STABLE] Total preemption attempts in the cluster till now",
    });
    this.#victims = registry?.histogram({
      name: "scheduler_preemption_victims",
      help: "[STABLE] Number of selected preemption victims",
      buckets: exponential(1, 7),
    });
    this.#duration = registry?.histogram({
      name: "scheduler_preemption_goroutines_duration_seconds",
      help: "[ALPHA] Duration in seconds for running goroutines for the preemption.",
      labelNames: ["result"],
      buckets: exponential(0.01, 20),
    });
    this.#executions = registry?.counter({
      name: "scheduler_preemption_goroutines_execution_total",
      help: "[ALPHA] Number of preemption goroutines executed.",
      labelNames: ["result"],
    });
  }

  attempted(): void {
    this.#attempts?.inc();
  }

  /** So many pods are to leave for one. */
  chosen(victims: number): void {
    this.#victims?.observe(victims);
  }

  /** Evictions that ran in the background have ended. */
  evicted(result: "success" | "error", seconds: number): void {
    this.#executions?.inc({ result });
    this.#duration?.observe(seconds, { result });
  }
}
