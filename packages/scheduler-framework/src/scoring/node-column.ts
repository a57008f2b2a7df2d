import type { Node } from "@pinnace/api";
import type { NodeInfo, Snapshot } from "../contract/node-info.ts";

/** A number of each node by its position in a snapshot. Good until the plugin waits for something. */
export type NumberOfRow = (row: number) => number;

/**
 * Keeps a number for each node from one attempt to the next: it is worked out again when the node has changed. The number
 * must depend on the {@link NodeInfo} alone, or {@link clear} is called when something else changes.
 */
export class NodeColumn {
  readonly #numberOf: (node: NodeInfo) => number;
  #generations: Float64Array = new Float64Array(0);
  #values: Float64Array = new Float64Array(0);

  constructor(numberOf: (node: NodeInfo) => number) {
    this.#numberOf = numberOf;
  }

  of({ nodes, generations }: Snapshot): NumberOfRow {
    this.#makeRoom(nodes.length);
    const [known, values, numberOf] = [this.#generations, this.#values, this.#numberOf];
    return (row) => {
      const generation = generations[row]!;
      if (known[row] === generation) return values[row]!;
      const value = numberOf(nodes[row]!);
      known[row] = generation;
      values[row] = value;
      return value;
    };
  }

  /** Forgets all numbers. */
  clear(): void {
    this.#generations.fill(0);
  }

  #makeRoom(rows: number): void {
    if (this.#values.length >= rows) return;
    const room = rows + Math.ceil(rows / 8);
    this.#generations = new Float64Array(room);
    this.#values = new Float64Array(room);
  }
}

/** The number of nodes that lack the key. */
export const NO_DOMAIN = 0;
/** The number of the value "". */
export const EMPTY_DOMAIN = 1;

/** Numbers for the domains of one topology key: small ones, one after the other, so that counts can be in arrays. */
export class TopologyColumn {
  readonly topologyKey: string;
  readonly #numbers = new Map<string, number>([["", EMPTY_DOMAIN]]);
  readonly #column: NodeColumn;

  constructor(topologyKey: string) {
    this.topologyKey = topologyKey;
    this.#column = new NodeColumn(({ node }) => this.domainOf(node));
  }

  /** All numbers that were given are below this. */
  get size(): number {
    return this.#numbers.size + 1;
  }

  /** {@link NO_DOMAIN} when the node lacks the key. */
  domainOf({ metadata }: Node): number {
    const value = metadata?.labels?.[this.topologyKey];
    if (value === undefined) return NO_DOMAIN;
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(value, number);
    }
    return number;
  }

  of(snapshot: Snapshot): NumberOfRow {
    return this.#column.of(snapshot);
  }
}
