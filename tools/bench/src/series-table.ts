import type { Series } from "./report.ts";

/** Collects figures round by round. */
export class SeriesTable {
  readonly #series = new Map<string, Series & { readonly values: number[] }>();

  /** Adds the figure of one round; what the series is compared with is taken from its first figure. */
  add(name: string, unit: string, value: number, options: Pick<Series, "better" | "against"> = {}): void {
    const known = this.#series.get(name);
    if (known === undefined) this.#series.set(name, { name, unit, values: [value], ...options });
    else known.values.push(value);
  }

  /** In the order of their first figures. */
  get series(): readonly Series[] {
    return [...this.#series.values()];
  }
}
