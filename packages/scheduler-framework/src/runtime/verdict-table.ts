import type { NodeInfo } from "../contract/node-info.ts";
import { type Status, SUCCESS } from "../contract/status.ts";

/** Asks for what is not known of nodes, at some rows. */
export type Ask = (unknown: readonly NodeInfo[], rows: readonly number[]) => readonly number[];

/** One number for each row, and for which generation of the row's node it holds. */
class Column {
  readonly #generations: Float64Array;
  readonly #values: Float64Array;
  #first: number | undefined;
  #isUniform = true;

  constructor(rows: number) {
    this.#generations = new Float64Array(rows);
    this.#values = new Float64Array(rows);
  }

  /** Whether every number that was ever kept is the same. */
  get isUniform(): boolean {
    return this.#isUniform;
  }

  /** Adds the numbers of rows to `totals`, or puts them there; `current` are the generations of all rows. */
  read(
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    current: Float64Array,
    totals: Float64Array | number[],
    ask: Ask,
  ): void {
    const [generations, values] = [this.#generations, this.#values];
    const unknown: number[] = [];
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index]!;
      if (generations[row] === current[row]) totals[index] = values[row]!;
      else unknown.push(index);
    }
    if (unknown.length === 0) return;
    const asked = ask(
      unknown.map((index) => nodes[index]!),
      unknown.map((index) => rows[index]!),
    );
    for (const [answer, index] of unknown.entries()) {
      const value = asked[answer]!;
      const row = rows[index]!;
      totals[index] = value;
      generations[row] = current[row]!;
      values[row] = value;
      this.#first ??= value;
      if (value !== this.#first) this.#isUniform = false;
    }
  }
}

/**
 * What plugins said about pods of one signature, node by node. Generations are unique among all nodes, so a row that has
 * moved or whose node has changed is known by its generation.
 */
export class VerdictTable {
  readonly rows: number;
  readonly #filtered: Float64Array;
  /** 1 where the node fits. */
  readonly #fits: Uint8Array;
  readonly #rejections: (Status | undefined)[];
  readonly #columns = new Map<string, Column>();
  #totals: Float64Array = new Float64Array(128);

  constructor(rows: number) {
    this.rows = rows;
    this.#filtered = new Float64Array(rows);
    this.#fits = new Uint8Array(rows);
    this.#rejections = new Array<Status | undefined>(rows).fill(undefined);
  }

  /** Whether the filters have looked at the node of this generation. */
  isFiltered(row: number, generation: number): boolean {
    return this.#filtered[row] === generation;
  }

  /** What the filters said about the node of this generation; undefined when they have not looked at it. */
  verdict(row: number, generation: number): Status | undefined {
    if (this.#filtered[row] !== generation) return undefined;
    return this.#fits[row] === 1 ? SUCCESS : this.#rejections[row];
  }

  /** Undefined when the node fits. Only when {@link isFiltered}. */
  rejection(row: number): Status | undefined {
    return this.#rejections[row];
  }

  keepFiltered(row: number, generation: number, rejection: Status | undefined): void {
    this.#filtered[row] = generation;
    this.#rejections[row] = rejection;
    this.#fits[row] = rejection === undefined ? 1 : 0;
  }

  /** The numbers of a column for some nodes and their rows. Good until the next call. */
  totals(
    column: string,
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    generations: Float64Array,
    ask: Ask,
  ): Float64Array {
    if (this.#totals.length < rows.length) this.#totals = new Float64Array(rows.length * 2);
    const totals = this.#totals.subarray(0, rows.length);
    this.#column(column).read(nodes, rows, generations, totals, ask);
    return totals;
  }

  /** The raw scores of a plugin for some nodes and their rows, and whether all nodes have had the same so far. */
  scores(
    plugin: string,
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    generations: Float64Array,
    ask: Ask,
  ): { readonly scores: readonly number[]; readonly isUniform: boolean } {
    const column = this.#column(plugin);
    const scores = new Array<number>(rows.length).fill(0);
    column.read(nodes, rows, generations, scores, ask);
    return { scores, isUniform: column.isUniform };
  }

  #column(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new Column(this.rows);
      this.#columns.set(name, column);
    }
    return column;
  }
}
