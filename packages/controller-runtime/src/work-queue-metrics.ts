import type { WorkQueueObserver } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { Counter, Gauge, Histogram, MetricRegistry, Sample } from "@pinnace/metrics";

/** Powers of ten from 10 ns to 10 s. */
const BUCKETS: readonly number[] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/** Makes the observers of all work queues of one component: upstream's `workqueue_*` metrics, labelled by queue. */
export class WorkQueueMetrics {
  readonly #clock: Clock;
  readonly #running = new Map<string, Map<string, number>>();
  readonly #depth: Gauge;
  readonly #adds: Counter;
  readonly #retries: Counter;
  readonly #waited: Histogram;
  readonly #worked: Histogram;

  constructor(metrics: MetricRegistry, clock: Clock) {
    this.#clock = clock;
    const labelNames = ["name"];
    this.#depth = metrics.gauge({ name: "workqueue_depth", help: "Current depth of workqueue", labelNames });
    this.#adds = metrics.counter({
      name: "workqueue_adds_total",
      help: "Total number of adds handled by workqueue",
      labelNames,
    });
    this.#retries = metrics.counter({
      name: "workqueue_retries_total",
      help: "Total number of retries handled by workqueue",
      labelNames,
    });
    this.#waited = metrics.histogram({
      name: "workqueue_queue_duration_seconds",
      help: "How long in seconds an item stays in workqueue before being requested.",
      labelNames,
      buckets: BUCKETS,
    });
    this.#worked = metrics.histogram({
      name: "workqueue_work_duration_seconds",
      help: "How long in seconds processing an item from workqueue takes.",
      labelNames,
      buckets: BUCKETS,
    });
    this.#collectRunning(metrics);
  }

  /** The observer of the queue `name`. */
  observer(name: string): WorkQueueObserver {
    const labels = { name };
    const running = new Map<string, number>();
    this.#running.set(name, running);
    return {
      added: (depth) => {
        this.#adds.inc(labels);
        this.#depth.set(depth, labels);
      },
      started: (key, depth, waited) => {
        running.set(key, this.#clock.now());
        this.#depth.set(depth, labels);
        this.#waited.observe(waited / 1000, labels);
      },
      finished: (key, worked) => {
        running.delete(key);
        this.#worked.observe(worked / 1000, labels);
      },
      retried: () => this.#retries.inc(labels),
    };
  }

  #collectRunning(metrics: MetricRegistry): void {
    const labelNames = ["name"];
    metrics.collect(
      {
        name: "workqueue_unfinished_work_seconds",
        help: "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
        labelNames,
        type: "gauge",
      },
      () => this.#perQueue((ages) => ages.reduce((sum, age) => sum + age, 0)),
    );
    metrics.collect(
      {
        name: "workqueue_longest_running_processor_seconds",
        help: "How many seconds has the longest running processor for workqueue been running.",
        labelNames,
        type: "gauge",
      },
      () => this.#perQueue((ages) => Math.max(0, ...ages)),
    );
  }

  #perQueue(value: (ages: readonly number[]) => number): Iterable<Sample> {
    const now = this.#clock.now();
    return [...this.#running].map(([name, running]) => ({
      labels: { name },
      value: value([...running.values()].map((since) => (now - since) / 1000)),
    }));
  }
}
