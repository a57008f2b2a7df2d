import type { NodeInfo } from "../contract/node-info.ts";
import { MAX_SCORE, MIN_SCORE } from "../contract/points.ts";

/** A node that fits, with its weighted total. */
export interface ScoredNode {
  readonly node: NodeInfo;
  readonly total: number;
  /** Weighted scores by plugin. */
  readonly scores: ReadonlyMap<string, number>;
}

interface PluginScores {
  readonly name: string;
  readonly weight: number;
  readonly scores: readonly number[];
}

/** The scores of the nodes that fit, plugin by plugin. */
export class ScoreTable {
  readonly nodes: readonly NodeInfo[];
  readonly totals: number[];
  readonly #columns: PluginScores[] = [];
  #rows: readonly ScoredNode[] | undefined;

  constructor(nodes: readonly NodeInfo[]) {
    this.nodes = nodes;
    this.totals = new Array<number>(nodes.length).fill(0);
  }

  /** Adds a plugin's scores, in the order of the nodes. Throws `RangeError` for one that is out of bounds. */
  add(name: string, weight: number, scores: readonly number[]): void {
    const { totals } = this;
    for (let index = 0; index < totals.length; index += 1) {
      const score = scores[index]!;
      if (!(score >= MIN_SCORE && score <= MAX_SCORE)) {
        throw new RangeError(
          `plugin "${name}" returns an invalid score ${score}, it should in the range of [0, 100] after normalizing`,
        );
      }
      totals[index] = totals[index]! + score * weight;
    }
    this.#columns.push({ name, weight, scores });
  }

  /** Node by node; made when first asked for. */
  get rows(): readonly ScoredNode[] {
    this.#rows ??= this.nodes.map((node, index) => ({
      node,
      total: this.totals[index]!,
      scores: new Map(this.#columns.map(({ name, weight, scores }) => [name, scores[index]! * weight])),
    }));
    return this.#rows;
  }

  /** The node of the highest total; among equals each is as likely. */
  best(random: () => number): NodeInfo {
    return this.nodes[pickHighest(this.totals, random)]!;
  }
}

/** Where the highest of some numbers is; among equals each is as likely. `random` is asked once, when there are equals. */
export function pickHighest(totals: readonly number[], random: () => number): number {
  let most = Number.NEGATIVE_INFINITY;
  let count = 0;
  let first = -1;
  for (let index = 0; index < totals.length; index += 1) {
    const total = totals[index]!;
    if (total > most) {
      most = total;
      count = 1;
      first = index;
    } else if (total === most) count += 1;
  }
  if (count <= 1) return first;
  let left = Math.floor(random() * count);
  for (let index = first; ; index += 1) {
    if (totals[index] !== most) continue;
    if (left === 0) return index;
    left -= 1;
  }
}
