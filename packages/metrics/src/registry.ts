import { CodedError } from "@pinnace/errors";
import type { Counter, Gauge, Histogram, Labels, MetricOptions, MetricRegistry, Sample } from "./metrics.ts";
import { renderLabels, renderNumber, seriesKey } from "./render.ts";

type MetricType = "counter" | "gauge" | "histogram";

interface Family {
  readonly options: MetricOptions & { readonly buckets?: readonly number[] };
  readonly type: MetricType;
  readonly metric: unknown;
  lines(): Iterable<string>;
}

/** Makes an empty registry. It holds no global state: each component has one of its own. */
export function createMetricRegistry(): MetricRegistry {
  return new Registry();
}

class Registry implements MetricRegistry {
  readonly #families = new Map<string, Family>();

  counter(options: MetricOptions): Counter {
    return this.#register("counter", options, () => new Values(options)) as Counter;
  }

  gauge(options: MetricOptions): Gauge {
    return this.#register("gauge", options, () => new Values(options)) as Gauge;
  }

  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram {
    return this.#register("histogram", options, () => new Buckets(options)) as Histogram;
  }

  collect(options: MetricOptions & { readonly type: "gauge" | "counter" }, read: () => Iterable<Sample>): void {
    this.#register(options.type, options, () => ({ lines: () => sampleLines(options, read()) }));
  }

  expose(): string {
    let text = "";
    for (const name of [...this.#families.keys()].sort()) {
      const family = this.#families.get(name)!;
      text += `# HELP ${name} ${family.options.help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}\n`;
      text += `# TYPE ${name} ${family.type}\n`;
      for (const line of family.lines()) text += `${line}\n`;
    }
    return text;
  }

  #register(
    type: MetricType,
    options: MetricOptions & { readonly buckets?: readonly number[] },
    make: () => { lines(): Iterable<string> },
  ): unknown {
    const known = this.#families.get(options.name);
    if (known === undefined) {
      const metric = make();
      this.#families.set(options.name, { options, type, metric, lines: () => metric.lines() });
      return metric;
    }
    const describe = (value: Family["options"]): string =>
      JSON.stringify([value.help, value.labelNames ?? [], value.buckets ?? []]);
    if (known.type === type && describe(known.options) === describe(options)) return known.metric;
    throw new CodedError("METRIC_CONFLICT", `metric ${options.name} is registered already with other options`);
  }
}

function* sampleLines(options: MetricOptions, samples: Iterable<Sample>): Iterable<string> {
  for (const { value, labels } of samples) {
    yield `${options.name}${renderLabels(options.labelNames ?? [], labels)} ${renderNumber(value)}`;
  }
}

/** The values of a counter or gauge by label set. Label sets are rendered when somebody reads them. */
class Values implements Counter, Gauge {
  readonly #options: MetricOptions;
  readonly #values = new Map<string, { readonly labels: Labels | undefined; value: number }>();
  /** By label sets that cannot change. */
  readonly #known = new WeakMap<Labels, { value: number }>();

  constructor(options: MetricOptions) {
    this.#options = options;
    if ((options.labelNames ?? []).length === 0) this.#values.set("", { labels: undefined, value: 0 });
  }

  inc(labels?: Labels, value = 1): void {
    if (value < 0) throw new RangeError(`counter ${this.#options.name} cannot go down`);
    this.add(value, labels);
  }

  add(value = 1, labels?: Labels): void {
    this.#series(labels).value += value;
  }

  set(value: number, labels?: Labels): void {
    this.#series(labels).value = value;
  }

  #series(labels: Labels | undefined): { value: number } {
    const known = labels && this.#known.get(labels);
    if (known !== undefined) return known;
    const key = seriesKey(this.#options.labelNames ?? [], labels);
    let series = this.#values.get(key);
    if (series === undefined) {
      series = { labels, value: 0 };
      this.#values.set(key, series);
    }
    if (labels !== undefined && Object.isFrozen(labels)) this.#known.set(labels, series);
    return series;
  }

  *lines(): Iterable<string> {
    const { name, labelNames = [] } = this.#options;
    for (const { labels, value } of this.#values.values())
      yield `${name}${renderLabels(labelNames, labels)} ${renderNumber(value)}`;
  }
}

interface Distribution {
  readonly labels: Labels | undefined;
  readonly counts: number[];
  sum: number;
  count: number;
}

class Buckets implements Histogram {
  readonly #options: MetricOptions & { readonly buckets: readonly number[] };
  readonly #series = new Map<string, Distribution>();
  /** By label sets that cannot change. */
  readonly #known = new WeakMap<Labels, Distribution>();

  constructor(options: MetricOptions & { readonly buckets: readonly number[] }) {
    this.#options = options;
  }

  observe(value: number, labels?: Labels): void {
    const { name, buckets } = this.#options;
    const series = (labels && this.#known.get(labels)) ?? this.#distribution(labels);
    if (Number.isNaN(value)) throw new RangeError(`histogram ${name} observed NaN`);
    const index = buckets.findIndex((bound) => value <= bound);
    if (index >= 0) series.counts[index] = series.counts[index]! + 1;
    series.sum += value;
    series.count += 1;
  }

  #distribution(labels: Labels | undefined): Distribution {
    const { labelNames = [], buckets } = this.#options;
    const key = seriesKey(labelNames, labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels, counts: new Array<number>(buckets.length).fill(0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    if (labels !== undefined && Object.isFrozen(labels)) this.#known.set(labels, series);
    return series;
  }

  *lines(): Iterable<string> {
    const { name, labelNames = [], buckets } = this.#options;
    for (const series of this.#series.values()) {
      const labels = renderLabels(labelNames, series.labels);
      const open = labels === "" ? "{" : `${labels.slice(0, -1)},`;
      let total = 0;
      for (const [index, bound] of buckets.entries()) {
        total += series.counts[index]!;
        yield `${name}_bucket${open}le="${renderNumber(bound)}"} ${total}`;
      }
      yield `${name}_bucket${open}le="+Inf"} ${series.count}`;
      yield `${name}_sum${labels} ${renderNumber(series.sum)}`;
      yield `${name}_count${labels} ${series.count}`;
    }
  }
}
