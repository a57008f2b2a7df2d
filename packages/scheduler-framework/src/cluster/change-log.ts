/** Changes that are remembered; who wants to know of older ones looks at everything. */
const LIMIT = 4_096;

/** Which nodes changed with each generation of the snapshot. */
export class ChangeLog {
  readonly #names: string[] = [];
  readonly #generations: number[] = [];
  /** Changes after this generation are all known. */
  #complete: number;

  /** Nothing has happened yet at the generation `start`. */
  constructor(start: number) {
    this.#complete = start;
  }

  /** A node came, went or changed with `generation`; generations never decrease. */
  add(name: string, generation: number): void {
    this.#names.push(name);
    this.#generations.push(generation);
    if (this.#names.length <= 2 * LIMIT) return;
    this.#complete = this.#generations[LIMIT - 1]!;
    this.#names.splice(0, LIMIT);
    this.#generations.splice(0, LIMIT);
  }

  /** The nodes that changed after `from`, up to `to`; undefined when that is no longer known. */
  between(from: number, to: number): ReadonlySet<string> | undefined {
    if (from < this.#complete || from > to) return undefined;
    const names = new Set<string>();
    for (let index = this.#names.length - 1; index >= 0; index -= 1) {
      const generation = this.#generations[index]!;
      if (generation <= from) break;
      if (generation <= to) names.add(this.#names[index]!);
    }
    return names;
  }
}
