import type { Clock } from "@pinnace/clock";
import type { Histogram, MetricRegistry } from "@pinnace/metrics";

/** Buckets of etcd's `etcd_disk_wal_fsync_duration_seconds`: 1 ms, doubled 13 times, with two below for fast disks. */
const DURATIONS: readonly number[] = [
  0.000_25,
  0.000_5,
  ...Array.from({ length: 14 }, (_, power) => 0.001 * 2 ** power),
];
const COMMITS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Measures a store, when there is a registry to measure for. */
export class StoreMeter {
  readonly #clock: Clock;
  readonly #registry: MetricRegistry | undefined;
  readonly #durations: Histogram | undefined;
  readonly #commits: Histogram | undefined;

  constructor(clock: Clock, registry: MetricRegistry | undefined) {
    this.#clock = clock;
    this.#registry = registry;
    this.#durations = registry?.histogram({
      name: "pinnace_store_append_duration_seconds",
      help: "Time to write a batch of commits to the log and to the disk.",
      buckets: DURATIONS,
    });
    this.#commits = registry?.histogram({
      name: "pinnace_store_append_commits",
      help: "Commits that shared one write to the disk.",
      buckets: COMMITS,
    });
  }

  /** Times the append of a batch. */
  async append(commits: number, run: () => Promise<void>): Promise<void> {
    const before = this.#clock.now();
    await run();
    this.#durations?.observe((this.#clock.now() - before) / 1000);
    this.#commits?.observe(commits);
  }

  /** Registers what is read when somebody scrapes. */
  observe(read: { revision(): number; size(): number; used(): number }): void {
    const gauge = (name: string, help: string, value: () => number): void =>
      this.#registry?.collect({ name, help, type: "gauge" }, () => [{ value: value() }]);
    gauge("pinnace_store_revision", "The newest durable revision.", read.revision);
    gauge("pinnace_store_size_bytes", "Bytes of the store's files.", read.size);
    gauge("pinnace_store_used_bytes", "Bytes of keys and values, which is what the quota counts.", read.used);
  }
}
