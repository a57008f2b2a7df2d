import { type Status, SUCCESS } from "../contract/status.ts";
import { KeptScores } from "./kept-scores.ts";

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
  readonly #scores = new Map<string, KeptScores>();

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

  /** How many rows from `start` on, up to `end`, are known to fit, one after the other. */
  run(start: number, end: number, generations: Float64Array): number {
    const [filtered, fits] = [this.#filtered, this.#fits];
    let row = start;
    while (row < end && filtered[row] === generations[row] && fits[row] === 1) row += 1;
    return row - start;
  }

  keepFiltered(row: number, generation: number, rejection: Status | undefined): void {
    this.#filtered[row] = generation;
    this.#rejections[row] = rejection;
    this.#fits[row] = rejection === undefined ? 1 : 0;
  }

  /** The scores of some plugins together, named by `plugins`; `columns` of them are kept apart. */
  scores(plugins: string, columns: number): KeptScores {
    let scores = this.#scores.get(plugins);
    if (scores === undefined) {
      scores = new KeptScores(this.rows, columns);
      this.#scores.set(plugins, scores);
    }
    return scores;
  }
}
