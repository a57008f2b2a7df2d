import { CodedError } from "@pinnace/errors";
import type { Counter, Gauge, Histogram, Labels, MetricOptions, MetricRegistry, Sample } from "./metrics.ts";
import { renderLabels, renderNumber } from "./render.ts";

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

/** The values of a counter or gauge by rendered label set. */
class Values implements Counter, Gauge {
  readonly #options: MetricOptions;
  readonly #values = new Map<string, number>();

  constructor(options: MetricOptions) {
    this.#options = options;
    if ((options.labelNames ?? []).length === 0) this.#values.set("", 0);
  }

  inc(labels?: Labels, value = 1): void {
    if (value < 0) throw new RangeError(`counter ${this.#options.name} cannot go down`);
    this.add(value, labels);
  }

  add(value = 1, labels?: Labels): void {
    const key = renderLabels(this.#options.labelNames ?? [], labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + value);
  }

  set(value: number, labels?: Labels): void {
    this.#values.set(renderLabels(this.#options.labelNames ?? [], labels), value);
  }

  *lines(): Iterable<string> {
    for (const [labels, value] of this.#values) yield `${this.#options.name}${labels} ${renderNumber(value)}`;
  }
}

class Buckets implements Histogram {
  readonly #options: MetricOptions & { readonly buckets: readonly number[] };
  readonly #series = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  constructor(options: MetricOptions & { readonly buckets: readonly number[] }) {
    this.#options = options;
  }

  observe(value: number, labels?: Labels): void {
    const { name, labelNames = [], buckets } = this.#options;
    const key = renderLabels(labelNames, labels);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { counts: new Array<number>(buckets.length).fill(0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    if (Number.isNaN(value)) throw new RangeError(`histogram ${name} observed NaN`);
    const index = buckets.findIndex((bound) => value <= bound);
    if (index >= 0) series.counts[index] = series.counts[index]! + 1;
    series.sum += value;
    series.count += 1;
  }

  *lines(): Iterable<string> {
    const { name, buckets } = this.#options;
    for (const [labels, series] of this.#series) {
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
