import type { NodeInfo } from "../contract/node-info.ts";
import { MAX_SCORE, MIN_SCORE } from "../contract/points.ts";
import type { ResolvedPlugin } from "./resolve-plugins.ts";

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

type Named = Pick<ResolvedPlugin, "name" | "weight">;

/** The scores of the nodes that fit, plugin by plugin. */
export class ScoreTable {
  readonly nodes: readonly NodeInfo[];
  readonly totals: number[];
  readonly #columns: PluginScores[] = [];

  constructor(nodes: readonly NodeInfo[]) {
    this.nodes = nodes;
    this.totals = new Array<number>(nodes.length).fill(0);
  }

  /** Adds a plugin's scores, in the order of the nodes. Throws `RangeError` for one that is out of bounds. */
  add({ name, weight }: Named, scores: readonly number[]): void {
    addScores(this.totals, { name, weight }, scores);
    this.#columns.push({ name, weight, scores });
  }

  /** Node by node. */
  get rows(): readonly ScoredNode[] {
    return this.nodes.map((node, index) => ({
      node,
      total: this.totals[index]!,
      scores: new Map(this.#columns.map(({ name, weight, scores }) => [name, scores[index]! * weight])),
    }));
  }

  /** The node of the highest total; among equals each is as likely. */
  best(random: () => number): NodeInfo {
    return this.nodes[pickHighest(this.totals, random)]!;
  }
}

/** Adds weighted scores to totals. Throws `RangeError` for a score that is out of bounds. */
export function addScores(totals: number[] | Float64Array, plugin: Named, scores: readonly number[]): void {
  checkScores(plugin, scores);
  for (let index = 0; index < totals.length; index += 1) {
    totals[index] = totals[index]! + scores[index]! * plugin.weight;
  }
}

export function checkScores({ name }: Named, scores: readonly number[]): void {
  for (const score of scores) {
    if (score >= MIN_SCORE && score <= MAX_SCORE) continue;
    throw new RangeError(
      `plugin "${name}" returns an invalid score ${score}, it should in the range of [0, 100] after normalizing`,
    );
  }
}

/** Where the highest of some numbers is; among equals each is as likely. `random` is asked once, when there are equals. */
export function pickHighest(totals: readonly number[] | Float64Array, random: () => number): number {
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
  return pickAmong(totals, { most, first, count }, random);
}

/** One of the `count` places, the first at `first`, where the number is `most`. */
export function pickAmong(
  totals: readonly number[] | Float64Array,
  { most, first, count }: { readonly most: number; readonly first: number; readonly count: number },
  random: () => number,
): number {
  if (count <= 1) return first;
  let left = Math.floor(random() * count);
  for (let index = first; ; index += 1) {
    if (totals[index] !== most) continue;
    if (left === 0) return index;
    left -= 1;
  }
}
