interface Domain {
  pods: number;
  nodes: number;
}

/** The matching pods of one constraint by domain, and the fewest of any domain. A domain without nodes is none. */
export class Domains {
  readonly #domains: Map<string, Domain>;
  /** Undefined when it is to be found again. */
  #fewest: number | undefined;

  constructor(domains: Map<string, Domain> = new Map()) {
    this.#domains = domains;
  }

  clear(): void {
    this.#domains.clear();
    this.#fewest = undefined;
  }

  /** A node with some matching pods comes (1) or goes (-1). */
  addNode(name: string, pods: number, sign: 1 | -1): void {
    this.#change(name, sign * pods, sign);
  }

  /** Matching pods come or go. */
  add(name: string, pods: number): void {
    this.#change(name, pods, 0);
  }

  in(name: string): number {
    return this.#domains.get(name)?.pods ?? 0;
  }

  /** With fewer domains than `minDomains` the fewest is 0 (KEP-3022). */
  fewest(minDomains: number): number {
    if (this.#domains.size < minDomains) return 0;
    if (this.#fewest === undefined) {
      let fewest = Number.MAX_SAFE_INTEGER;
      for (const { pods } of this.#domains.values()) if (pods < fewest) fewest = pods;
      this.#fewest = fewest;
    }
    return this.#fewest;
  }

  clone(): Domains {
    const copy = new Domains(new Map([...this.#domains].map(([name, domain]) => [name, { ...domain }])));
    copy.#fewest = this.#fewest;
    return copy;
  }

  #change(name: string, pods: number, nodes: number): void {
    const domain = this.#domains.get(name);
    if (domain === undefined) {
      this.#domains.set(name, { pods, nodes });
      if (this.#fewest !== undefined && pods < this.#fewest) this.#fewest = pods;
      return;
    }
    const before = domain.pods;
    domain.pods += pods;
    domain.nodes += nodes;
    if (domain.nodes <= 0 && nodes < 0) {
      this.#domains.delete(name);
      if (before === this.#fewest) this.#fewest = undefined;
    } else if (this.#fewest !== undefined && domain.pods < this.#fewest) this.#fewest = domain.pods;
    else if (before === this.#fewest && domain.pods > before) this.#fewest = undefined;
  }
}
