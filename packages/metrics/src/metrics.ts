/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

/** What a metric is called and which labels it has; names follow Prometheus conventions (`_total`, base units). */
export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

export interface Counter {
  /** Adds `value` (default 1, never negative). */
  inc(labels?: Labels, value?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Adds `value` (default 1, may be negative). */
  add(value?: number, labels?: Labels): void;
}

export interface Histogram {
  /** Records one observation, in the base unit that the name says (seconds, bytes). */
  observe(value: number, labels?: Labels): void;
}

/**
 * Where a component registers its metrics. Each component of a control plane has a registry of its own, because
 * Prometheus expects a scrape endpoint and a `job` per component even when all of them live in one process.
 * Registering the same name twice returns the first metric when the options are equal and throws otherwise.
 */
export interface MetricRegistry {
  counter(options: MetricOptions): Counter;
  gauge(options: MetricOptions): Gauge;
  /** `buckets` are upper bounds in ascending order, without +Inf. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram;
  /** Registers a gauge or counter whose samples are computed when scraped. */
  collect(options: MetricOptions & { readonly type: "gauge" | "counter" }, read: () => Iterable<Sample>): void;
  /** All samples in the Prometheus text format 0.0.4, families sorted by name. */
  expose(): string;
}

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}
