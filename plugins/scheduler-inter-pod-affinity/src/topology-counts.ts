import type { Node } from "@pinnace/api";

/** Numbers by topology key and value. What falls to zero is gone. */
export class TopologyCounts {
  readonly #counts: Map<string, Map<string, number>>;

  constructor(counts: Map<string, Map<string, number>> = new Map()) {
    this.#counts = counts;
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  clear(): void {
    this.#counts.clear();
  }

  /** Adds to the domain that a node is in; nothing when the node lacks the key. */
  add(node: Node, topologyKey: string, amount: number): void {
    const domain = node.metadata?.labels?.[topologyKey];
    if (domain === undefined) return;
    const domains = this.#counts.get(topologyKey) ?? new Map<string, number>();
    const sum = (domains.get(domain) ?? 0) + amount;
    if (sum === 0) domains.delete(domain);
    else domains.set(domain, sum);
    if (domains.size === 0) this.#counts.delete(topologyKey);
    else this.#counts.set(topologyKey, domains);
  }

  at(node: Node, topologyKey: string): number {
    const domain = node.metadata?.labels?.[topologyKey];
    return domain === undefined ? 0 : (this.#counts.get(topologyKey)?.get(domain) ?? 0);
  }

  /** Whether any domain that a node is in has a positive number. */
  isPositiveAt(node: Node): boolean {
    for (const key of this.#counts.keys()) if (this.at(node, key) > 0) return true;
    return false;
  }

  sumAt(node: Node): number {
    let sum = 0;
    for (const key of this.#counts.keys()) sum += this.at(node, key);
    return sum;
  }

  clone(): TopologyCounts {
    return new TopologyCounts(new Map([...this.#counts].map(([key, domains]) => [key, new Map(domains)])));
  }
}
