import type { Clock } from "@pinnace/clock";
import type { Counter, Histogram, MetricRegistry, Sample } from "@pinnace/metrics";
import type { ClusterCache, SchedulingQueue, Status } from "@pinnace/scheduler-framework";
import { schedulerNameOf } from "./profile-runtimes.ts";

type Result = "scheduled" | "unschedulable" | "error";

const exponential = (start: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => start * 2 ** index);

/** What is counted when somebody looks; the queue is there a moment later than the metrics. */
interface Sources {
  readonly queue: () => SchedulingQueue | undefined;
  readonly cache: ClusterCache;
}

/** kube-scheduler's metrics by their names, as far as there is here what they measure. Durations are seconds. */
export class SchedulerMetrics {
  readonly #attempts: Counter | undefined;
  readonly #duration: Histogram | undefined;
  readonly #algorithm: Histogram | undefined;
  readonly #podDuration: Histogram | undefined;
  readonly #podAttempts: Histogram | undefined;
  readonly #incoming: Counter | undefined;
  readonly #afterFlush: Counter | undefined;
  readonly #permitWait: Histogram | undefined;

  constructor(registry: MetricRegistry | undefined, sources: Sources) {
    this.#attempts = registry?.counter({
      name: "scheduler_schedule_attempts_total",
      help: "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
      labelNames: ["profile", "result"],
    });
    this.#duration = registry?.histogram({
      name: "scheduler_scheduling_attempt_duration_seconds",
      help: "[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)",
      labelNames: ["profile", "result"],
      buckets: exponential(0.001, 15),
    });
    this.#algorithm = registry?.histogram({
      name: "scheduler_scheduling_algorithm_duration_seconds",
      help: "[ALPHA] Scheduling algorithm latency in seconds",
      buckets: exponential(0.001, 15),
    });
    this.#podDuration = registry?.histogram({
      name: "scheduler_pod_scheduling_sli_duration_seconds",
      help: "[BETA] E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.",
      labelNames: ["attempts"],
      buckets: exponential(0.01, 20),
    });
    this.#podAttempts = registry?.histogram({
      name: "scheduler_pod_scheduling_attempts",
      help: "[STABLE] Number of attempts to successfully schedule a pod.",
      buckets: [1, 2, 4, 8, 16],
    });
    this.#incoming = registry?.counter({
      name: "scheduler_queue_incoming_pods_total",
      help: "[STABLE] Number of pods added to scheduling queues by event and queue type.",
      labelNames: ["queue", "event"],
    });
    this.#afterFlush = registry?.counter({
      name: "scheduler_pod_scheduled_after_flush_total",
      help: "[ALPHA] Number of pods that were successfully scheduled after being flushed from unschedulablePods due to timeout. This metric helps detect potential queueing hint misconfigurations or event handling issues.",
    });
    this.#permitWait = registry?.histogram({
      name: "scheduler_permit_wait_duration_seconds",
      help: "[BETA] Duration of waiting on permit.",
      labelNames: ["result"],
      buckets: exponential(0.001, 15),
    });
    if (registry !== undefined) collectState(registry, sources);
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

  /** A pod has been bound that nothing but time brought back. */
  scheduledAfterFlush(): void {
    this.#afterFlush?.inc();
  }

  /** A pod begins to wait for Permit plugins, if any wanted time; what they say in the end is measured. */
  waiting(permitted: Promise<Status> | undefined, clock: Clock): void {
    const since = clock.now();
    void permitted?.then(({ code }) => this.#permitWait?.observe((clock.now() - since) / 1_000, { result: code }));
  }
}

function collectState(registry: MetricRegistry, { queue, cache }: Sources): void {
  registry.collect(
    {
      name: "scheduler_pending_pods",
      help: "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
      type: "gauge",
      labelNames: ["queue"],
    },
    () => Object.entries(queue()?.counts ?? {}).map(([name, value]) => ({ value, labels: { queue: name } })),
  );
  registry.collect(
    {
      name: "scheduler_unschedulable_pods",
      help: "[BETA] The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.",
      type: "gauge",
      labelNames: ["plugin", "profile"],
    },
    () => unschedulablePods(queue()),
  );
  registry.collect(
    {
      name: "scheduler_cache_size",
      help: "[ALPHA] Number of nodes, pods, and assumed (bound) pods in the scheduler cache.",
      type: "gauge",
      labelNames: ["type"],
    },
    () => {
      const counts = { assumed_pods: cache.assumedCount, nodes: cache.nodeCount, pods: cache.podCount };
      return Object.entries(counts).map(([type, value]) => ({ value, labels: { type } }));
    },
  );
}

/** Pods that wait, by who rejected them last. */
function unschedulablePods(queue: SchedulingQueue | undefined): readonly Sample[] {
  const samples = new Map<string, { value: number; readonly labels: { plugin: string; profile: string } }>();
  for (const { pod, unschedulablePlugins } of queue?.pending() ?? []) {
    const profile = schedulerNameOf(pod.pod);
    for (const plugin of unschedulablePlugins) {
      const key = `${plugin}/${profile}`;
      const sample = samples.get(key) ?? { value: 0, labels: { plugin, profile } };
      sample.value += 1;
      samples.set(key, sample);
    }
  }
  return [...samples.values()];
}
