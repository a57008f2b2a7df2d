/**
 * The matching pods of one constraint by domain, and the fewest of any domain. Domains are small numbers
 * (`TopologyColumn`); one without nodes is none.
 */
export class Domains {
  readonly #pods: number[];
  readonly #nodes: number[];
  /** Domains with nodes. */
  #count: number;
  /** Undefined when it is to be found again. */
  #fewest: number | undefined;

  constructor(pods: number[] = [], nodes: number[] = [], count = 0) {
    this.#pods = pods;
    this.#nodes = nodes;
    this.#count = count;
  }

  clear(): void {
    this.#pods.length = 0;
    this.#nodes.length = 0;
    this.#count = 0;
    this.#fewest = undefined;
  }

  /** A node with some matching pods comes (1) or goes (-1). */
  addNode(domain: number, pods: number, sign: 1 | -1): void {
    this.#makeRoom(domain);
    const before = this.#nodes[domain]!;
    this.#nodes[domain] = before + sign;
    if (before === 0) this.#count += 1;
    if (before + sign === 0) {
      this.#count -= 1;
      if (this.#pods[domain] === this.#fewest) this.#fewest = undefined;
      this.#pods[domain] = 0;
    } else this.#change(domain, sign * pods, before === 0);
  }

  /** Matching pods come or go on a node that is there. */
  add(domain: number, pods: number): void {
    this.#makeRoom(domain);
    this.#change(domain, pods, false);
  }

  in(domain: number): number {
    return this.#pods[domain] ?? 0;
  }

  /** With fewer domains than `minDomains` the fewest is 0 (KEP-3022). */
  fewest(minDomains: number): number {
    if (this.#count < minDomains) return 0;
    if (this.#fewest === undefined) {
      let fewest = Number.MAX_SAFE_INTEGER;
      for (let domain = 0; domain < this.#pods.length; domain += 1) {
        if (this.#nodes[domain]! > 0 && this.#pods[domain]! < fewest) fewest = this.#pods[domain]!;
      }
      this.#fewest = fewest;
    }
    return this.#fewest;
  }

  clone(): Domains {
    const copy = new Domains(this.#pods.slice(), this.#nodes.slice(), this.#count);
    copy.#fewest = this.#fewest;
    return copy;
  }

  #makeRoom(domain: number): void {
    while (this.#pods.length <= domain) {
      this.#pods.push(0);
      this.#nodes.push(0);
    }
  }

  #change(domain: number, pods: number, isNew: boolean): void {
    const before = this.#pods[domain]!;
    const after = before + pods;
    this.#pods[domain] = after;
    if (this.#fewest === undefined) return;
    if (after < this.#fewest) this.#fewest = after;
    else if (!isNew && before === this.#fewest && after > before) this.#fewest = undefined;
  }
}
