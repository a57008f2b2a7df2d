import type { NodeInfo } from "../contract/node-info.ts";

/** Asks for what is not known of nodes, at some rows: for each the sum first, then the number of each column. */
type AskScores = (nodes: readonly NodeInfo[], rows: readonly number[]) => readonly (readonly number[])[];

/** Raw scores of one plugin by row. */
interface Column {
  readonly values: Float64Array;
  first: number | undefined;
  /** Whether every number that was ever kept is the same. */
  isUniform: boolean;
}

/** The nodes of one attempt, and where they are in its snapshot. */
export interface Rows {
  readonly nodes: readonly NodeInfo[];
  readonly rows: readonly number[];
  /** Of all rows of the snapshot. */
  readonly generations: Float64Array;
}

/** What was found of some nodes. Good until the next reading. */
interface ReadScores {
  /** Sums in the order of the nodes. */
  readonly totals: Float64Array;
  /** The highest sum, where it is first, and how often it is there. */
  readonly most: number;
  readonly first: number;
  readonly count: number;
}

/**
 * Scores of pods that are alike, by rows: the sum of the plugins that need not see all nodes at once, and the raw scores of
 * some others. They hold for one generation of a row's node, and all plugins are asked together when it has changed.
 */
export class KeptScores {
  readonly #generations: Float64Array;
  readonly #sums: Float64Array;
  readonly #columns: readonly Column[];
  #totals: Float64Array = new Float64Array(128);

  constructor(rows: number, columns: number) {
    this.#generations = new Float64Array(rows);
    this.#sums = new Float64Array(rows);
    this.#columns = Array.from({ length: columns }, () => ({
      values: new Float64Array(rows),
      first: undefined,
      isUniform: true,
    }));
  }

  /** Whether a column has had the same number for all nodes so far. */
  isUniform(column: number): boolean {
    return this.#columns[column]!.isUniform;
  }

  /** The numbers of a column for rows that have been read. */
  column(column: number, rows: readonly number[]): readonly number[] {
    const { values } = this.#columns[column]!;
    const numbers = new Array<number>(rows.length).fill(0);
    for (let index = 0; index < rows.length; index += 1) numbers[index] = values[rows[index]!]!;
    return numbers;
  }

  /** The sums of some nodes; those that are not known are asked for. */
  read({ nodes, rows, generations }: Rows, ask: AskScores): ReadScores {
    if (this.#totals.length < rows.length) this.#totals = new Float64Array(rows.length * 2);
    const totals = this.#totals.subarray(0, rows.length);
    const [known, sums] = [this.#generations, this.#sums];
    const unknown: number[] = [];
    let most = Number.NEGATIVE_INFINITY;
    let first = -1;
    let count = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index]!;
      if (known[row] !== generations[row]) {
        unknown.push(index);
        continue;
      }
      const sum = sums[row]!;
      totals[index] = sum;
      if (sum > most) {
        most = sum;
        first = index;
        count = 1;
      } else if (sum === most) count += 1;
    }
    if (unknown.length > 0) this.#learn(unknown, { nodes, rows, generations }, ask);
    for (const index of unknown) {
      const sum = sums[rows[index]!]!;
      totals[index] = sum;
      if (sum > most) {
        most = sum;
        first = index;
        count = 1;
      } else if (sum === most) {
        count += 1;
        first = Math.min(first, index);
      }
    }
    return { totals, most, first, count };
  }

  #learn(unknown: readonly number[], { nodes, rows, generations }: Rows, ask: AskScores): void {
    const at = unknown.map((index) => rows[index]!);
    const [sums, ...columns] = ask(
      unknown.map((index) => nodes[index]!),
      at,
    );
    for (const [answer, row] of at.entries()) {
      this.#generations[row] = generations[row]!;
      this.#sums[row] = sums![answer]!;
      for (const [index, column] of this.#columns.entries()) keep(column, row, columns[index]![answer]!);
    }
  }
}

function keep(column: Column, row: number, value: number): void {
  column.values[row] = value;
  column.first ??= value;
  if (value !== column.first) column.isUniform = false;
}
