import type { Counter, Histogram, MetricRegistry } from "@pinnace/metrics";
import type { SchedulingQueue } from "@pinnace/scheduler-framework";

type Result = "scheduled" | "unschedulable" | "error";

/** kube-scheduler's metric names. */
export class SchedulerMetrics {
  readonly #attempts: Counter | undefined;
  readonly #duration: Histogram | undefined;
  readonly #podAttempts: Histogram | undefined;
  readonly #preemptions: Counter | undefined;

  constructor(registry: MetricRegistry | undefined, queue: () => SchedulingQueue | undefined) {
    this.#attempts = registry?.counter({
      name: "scheduler_schedule_attempts_total",
      help: "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
      labelNames: ["profile", "result"],
    });
    this.#duration = registry?.histogram({
      name: "scheduler_scheduling_attempt_duration_seconds",
      help: "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
      labelNames: ["profile", "result"],
      buckets: Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index),
    });
    this.#podAttempts = registry?.histogram({
      name: "scheduler_pod_scheduling_attempts",
      help: "Number of attempts to successfully schedule a pod.",
      buckets: [1, 2, 4, 8, 16],
    });
    this.#preemptions = registry?.counter({
      name: "scheduler_preemption_attempts_total",
      help: "Total preemption attempts in the cluster till now",
    });
    registry?.collect(
      {
        name: "scheduler_pending_pods",
        help: "Number of pending pods, by the queue type.",
        type: "gauge",
        labelNames: ["queue"],
      },
      () => Object.entries(queue()?.counts ?? {}).map(([name, value]) => ({ value, labels: { queue: name } })),
    );
  }

  attempted(profile: string, result: Result, seconds: number): void {
    this.#attempts?.inc({ profile, result });
    this.#duration?.observe(seconds, { profile, result });
  }

  scheduled(attempts: number): void {
    this.#podAttempts?.observe(attempts);
  }

  preempted(): void {
    this.#preemptions?.inc();
  }
}
