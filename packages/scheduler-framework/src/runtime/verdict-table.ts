import type { NodeInfo } from "../contract/node-info.ts";
import type { Status } from "../contract/status.ts";

/** One number for each row, and for which generation of the row's node it holds. */
class Column {
  readonly generations: Float64Array;
  readonly values: Float64Array;

  constructor(rows: number) {
    this.generations = new Float64Array(rows);
    this.values = new Float64Array(rows);
  }
}

/**
 * What plugins said about pods of one signature, node by node. Generations are unique among all nodes, so a row that has
 * moved or whose node has changed is known by its generation.
 */
export class VerdictTable {
  readonly rows: number;
  readonly #filtered: Float64Array;
  readonly #rejections: (Status | undefined)[];
  readonly #scores = new Map<string, Column>();

  constructor(rows: number) {
    this.rows = rows;
    this.#filtered = new Float64Array(rows);
    this.#rejections = new Array<Status | undefined>(rows).fill(undefined);
  }

  /** Whether the filters have looked at the node as it is. */
  isFiltered(row: number, { generation }: NodeInfo): boolean {
    return this.#filtered[row] === generation;
  }

  /** Undefined when the node fits. Only when {@link isFiltered}. */
  rejection(row: number): Status | undefined {
    return this.#rejections[row];
  }

  keepFiltered(row: number, { generation }: NodeInfo, rejection: Status | undefined): void {
    this.#filtered[row] = generation;
    this.#rejections[row] = rejection;
  }

  /** The raw scores of a plugin for nodes and their rows; `ask` gives those that are not known for some of the nodes. */
  scores(
    plugin: string,
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    ask: (unknown: readonly NodeInfo[]) => readonly number[],
  ): readonly number[] {
    let column = this.#scores.get(plugin);
    if (column === undefined) {
      column = new Column(this.rows);
      this.#scores.set(plugin, column);
    }
    const { generations, values } = column;
    const result = new Array<number>(nodes.length);
    let unknown: number[] | undefined;
    for (let index = 0; index < nodes.length; index += 1) {
      const row = rows[index]!;
      if (generations[row] === nodes[index]!.generation) result[index] = values[row]!;
      else (unknown ??= []).push(index);
    }
    if (unknown === undefined) return result;
    const asked = ask(unknown.map((index) => nodes[index]!));
    for (const [answer, index] of unknown.entries()) {
      const row = rows[index]!;
      generations[row] = nodes[index]!.generation;
      values[row] = asked[answer]!;
      result[index] = asked[answer]!;
    }
    return result;
  }
}
