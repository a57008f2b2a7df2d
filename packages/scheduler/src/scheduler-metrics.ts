import type { Counter, Histogram, MetricRegistry } from "@pinnace/metrics";
import type { SchedulingQueue } from "@pinnace/scheduler-framework";

type Result = "scheduled" | "unschedulable" | "error";

const exponential = (start: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start * 2 ** index);

/** kube-scheduler's metric names. Durations are seconds. */
export class SchedulerMetrics {
  readonly #attempts: Counter | undefined;
  readonly #duration: Histogram | undefined;
  readonly #algorithm: Histogram | undefined;
  readonly #podDuration: Histogram | undefined;
  readonly #podAttempts: Histogram | undefined;
  readonly #preemptions: Counter | undefined;
  readonly #incoming: Counter | undefined;

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
      buckets: exponential(0.001, 15),
    });
    this.#algorithm = registry?.histogram({
      name: "scheduler_scheduling_algorithm_duration_seconds",
      help: "Scheduling algorithm latency in seconds",
      buckets: exponential(0.001, 15),
    });
    this.#podDuration = registry?.histogram({
      name: "scheduler_pod_scheduling_sli_duration_seconds",
      help: "E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.",
      labelNames: ["attempts"],
      buckets: exponential(0.01, 20),
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
    this.#incoming = registry?.counter({
      name: "scheduler_queue_incoming_pods_total",
      help: "Number of pods added to scheduling queues by event and queue type.",
      labelNames: ["queue", "event"],
    });
    registry?.collect(
      {
        name: "scheduler_pending_pods",
        help: "Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
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

  searched(seconds: number): void {
    this.#algorithm?.observe(seconds);
  }

  /** A pod has been bound, so many attempts and seconds after it came. */
  scheduled(attempts: number, seconds: number): void {
    this.#podAttempts?.observe(attempts);
    this.#podDuration?.observe(seconds, { attempts: attempts >= 15 ? "15+" : String(attempts) });
  }

  /** A pod has entered a queue. */
  incoming(queue: string, event: string): void {
    this.#incoming?.inc({ queue, event });
  }

  preempted(): void {
    this.#preemptions?.inc();
  }
}
