/** Hands out node ports. */
export class PortAllocator {
  readonly #first: number;
  readonly #last: number;
  readonly #random: () => number;
  readonly #taken = new Set<number>();

  constructor(range: { readonly first: number; readonly last: number }, random: () => number) {
    this.#first = range.first;
    this.#last = range.last;
    this.#random = random;
  }

  /** Takes one port; undefined when it is taken now, else why not, in upstream's words. */
  take(port: number): string | undefined {
    if (port < this.#first || port > this.#last)
      return `provided port is not in the valid range. The range of valid ports is ${this.#first}-${this.#last}`;
    if (this.#taken.has(port)) return "provided port is already allocated";
    this.#taken.add(port);
    return undefined;
  }

  takeAny(): number | undefined {
    const count = this.#last - this.#first + 1;
    const start = Math.floor(this.#random() * count);
    for (let step = 0; step < count; step += 1) {
      const port = this.#first + ((start + step) % count);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
    return undefined;
  }

  release(port: number): void {
    this.#taken.delete(port);
  }
}
