import type { Node } from "@pinnace/api";
import { NO_DOMAIN, type Snapshot, TopologyColumn } from "@pinnace/scheduler-framework";

/** The numbers of one topology key by domain. */
interface KeyCounts {
  readonly column: TopologyColumn;
  readonly counts: number[];
  /** How many of them are not zero. */
  used: number;
}

/** Numbers of domains are never given again: when so many more than nodes were given, all begins anew. */
const SPARE_DOMAINS = 4_096;

/** Numbers by topology key and domain. What falls to zero is gone. */
export class TopologyCounts {
  readonly #keys: Map<string, KeyCounts>;
  /** Keys with a number that is not zero. */
  #used: number;

  constructor(keys: Map<string, KeyCounts> = new Map(), used = 0) {
    this.#keys = keys;
    this.#used = used;
  }

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  clear(): void {
    for (const key of this.#keys.values()) {
      key.counts.length = 0;
      key.used = 0;
    }
    this.#used = 0;
  }

  /** Whether most of the domains belong to values that no node has any more. */
  isOutgrown({ nodes }: Snapshot): boolean {
    for (const { column } of this.#keys.values()) if (column.size > 2 * nodes.length + SPARE_DOMAINS) return true;
    return false;
  }

  /** Adds to the domain that a node is in; nothing when the node lacks the key. */
  add(node: Node, topologyKey: string, amount: number): void {
    let key = this.#keys.get(topologyKey);
    if (key === undefined) {
      key = { column: new TopologyColumn(topologyKey), counts: [], used: 0 };
      this.#keys.set(topologyKey, key);
    }
    const domain = key.column.domainOf(node);
    if (domain === NO_DOMAIN || amount === 0) return;
    const { counts } = key;
    while (counts.length <= domain) counts.push(0);
    const before = counts[domain]!;
    counts[domain] = before + amount;
    if (before === 0) this.#use(key, 1);
    else if (before + amount === 0) this.#use(key, -1);
  }

  at(node: Node, topologyKey: string): number {
    const key = this.#keys.get(topologyKey);
    return key === undefined || key.used === 0 ? 0 : (key.counts[key.column.domainOf(node)] ?? 0);
  }

  /** {@link at} by rows of a snapshot; good until the plugin waits for something. */
  rowsAt(snapshot: Snapshot, topologyKey: string): (row: number) => number {
    const key = this.#keys.get(topologyKey);
    if (key === undefined || key.used === 0) return () => 0;
    const { column, counts } = key;
    const domainOf = column.of(snapshot);
    return (row) => counts[domainOf(row)] ?? 0;
  }

  /** The keys that have any number. */
  usedKeys(): readonly string[] {
    return [...this.#keys.values()].filter(({ used }) => used > 0).map(({ column }) => column.topologyKey);
  }

  /** Whether any domain that a node is in has a positive number. */
  isPositiveAt(node: Node): boolean {
    for (const key of this.#keys.keys()) if (this.at(node, key) > 0) return true;
    return false;
  }

  sumAt(node: Node): number {
    let sum = 0;
    for (const key of this.#keys.keys()) sum += this.at(node, key);
    return sum;
  }

  clone(): TopologyCounts {
    const keys = [...this.#keys].map(([name, key]): [string, KeyCounts] => [
      name,
      { ...key, counts: key.counts.slice() },
    ]);
    return new TopologyCounts(new Map(keys), this.#used);
  }

  #use(key: KeyCounts, change: 1 | -1): void {
    const before = key.used;
    key.used += change;
    if (before === 0) this.#used += 1;
    else if (key.used === 0) this.#used -= 1;
  }
}
