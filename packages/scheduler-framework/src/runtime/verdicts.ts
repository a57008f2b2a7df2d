import type { NodeInfo } from "../contract/node-info.ts";
import type { Cycle } from "../contract/points.ts";
import { type Status, SUCCESS } from "../contract/status.ts";
import { askScores, type Profile, type RowFilter } from "./profile.ts";
import type { ResolvedPlugin } from "./resolve-plugins.ts";
import { addScores, checkScores, pickHighest } from "./score-table.ts";
import type { Ask, VerdictTable } from "./verdict-table.ts";

/** What the plugins of a profile say about the nodes of one attempt's snapshot. `row` is a node's position in it. */
export interface Verdicts {
  /** The first filter that rejects the node, or `Success`. */
  filter(node: NodeInfo, row: number): Status;
  /** Which of the nodes, at `rows`, has the highest total score; `skipped` are left out. Throws what scoring throws. */
  best(
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    skipped: ReadonlySet<string>,
    random: () => number,
  ): NodeInfo;
  /** What is known of the node of a row without asking plugins about it one by one. Absent when nothing is. */
  known?(): KnownVerdict | undefined;
}

/** The verdict about the node of a row; undefined: it is to be asked for. Good for one attempt. */
export type KnownVerdict = (row: number) => Status | undefined;

/** Nodes that a whole-table filter is asked about at once: a few more than needed may be among them. */
const TABLE_ROWS = 64;

/** The first filter that rejects the node of a row, or `Success`; undefined when one fails, so that its node is asked about. */
function askRow(profile: Profile, filters: readonly RowFilter[], row: number): Status | undefined {
  try {
    for (let index = 0; index < filters.length; index += 1) {
      const { name, filter } = filters[index]!;
      const status = filter(row);
      if (status !== SUCCESS && status.code !== "Success") {
        return status.code === "Error" ? undefined : profile.named(status, name);
      }
    }
    return SUCCESS;
  } catch {
    return undefined;
  }
}

/** Asks every plugin about every node; all of a table at once where a plugin offers that. */
export function plainVerdicts(profile: Profile, cycle: Cycle, filters: readonly ResolvedPlugin[]): Verdicts {
  const hasTables = filters.some(({ plugin }) => plugin.filterTable !== undefined);
  return {
    filter: hasTables ? byTable(profile, cycle, filters) : (node) => profile.runFilterPlugins(cycle, node, filters),
    best: (nodes, _rows, skipped, random) => profile.runScores(cycle, nodes, skipped).best(random),
  };
}

/** Looks ahead from a node that is not known yet: the next ones are likely to be asked about, too. */
function byTable(profile: Profile, cycle: Cycle, filters: readonly ResolvedPlugin[]): Verdicts["filter"] {
  const known = new Map<number, Status>();
  return (node, row) => {
    if (!known.has(row)) {
      const ahead = cycle.snapshot.nodes.slice(row, row + TABLE_ROWS);
      const statuses = profile.runFilterTables(cycle, ahead, filters);
      for (const [index, status] of (statuses ?? []).entries()) known.set(row + index, status);
    }
    return known.get(row) ?? profile.runFilterPlugins(cycle, node, filters);
  };
}

interface KeptVerdictsParts {
  readonly profile: Profile;
  readonly cycle: Cycle;
  readonly table: VerdictTable;
  /** The first filters, whose verdicts are kept. */
  readonly kept: readonly ResolvedPlugin[];
  /** The filters after them, which are asked about every node. */
  readonly asked: readonly ResolvedPlugin[];
  /** The plugins whose scores are kept. */
  readonly scored: ReadonlySet<string>;
}

/** Asks only what is not known from an earlier pod of the same signature. */
export class KeptVerdicts implements Verdicts {
  readonly #parts: KeptVerdictsParts;

  constructor(parts: KeptVerdictsParts) {
    this.#parts = parts;
  }

  known(): KnownVerdict | undefined {
    const { profile, cycle, table, asked } = this.#parts;
    const { generations } = cycle.snapshot;
    if (asked.length === 0) return (row) => table.verdict(row, generations[row]!);
    const filters = profile.filtersOfRows(cycle, asked);
    if (filters === undefined) return undefined;
    return (row) => {
      const kept = table.verdict(row, generations[row]!);
      return kept === SUCCESS ? askRow(profile, filters, row) : kept;
    };
  }

  filter(node: NodeInfo, row: number): Status {
    const { profile, cycle, table, kept, asked } = this.#parts;
    const { generation } = node;
    if (!table.isFiltered(row, generation)) {
      const status = profile.runFilterPlugins(cycle, node, kept);
      if (status.code === "Error") return status;
      table.keepFiltered(row, generation, status.code === "Success" ? undefined : status);
    }
    const rejection = table.rejection(row);
    if (rejection !== undefined) return rejection;
    return asked.length === 0 ? SUCCESS : profile.runFilterPlugins(cycle, node, asked);
  }

  best(
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    skipped: ReadonlySet<string>,
    random: () => number,
  ): NodeInfo {
    const { profile, scored } = this.#parts;
    const [plain, others]: ResolvedPlugin[][] = [[], []];
    for (const each of profile.points.score) {
      if (skipped.has(each.name)) continue;
      const isPlain = scored.has(each.name) && each.plugin.normalizeScore === undefined;
      (isPlain ? plain : others)!.push(each);
    }
    const totals = this.#sums(plain!, nodes, rows);
    for (const each of others!) this.#addNormalized(each, nodes, rows, totals);
    return nodes[pickHighest(totals, random)]!;
  }

  /** What plugins give together that need not see all nodes at once. */
  #sums(plugins: readonly ResolvedPlugin[], nodes: readonly NodeInfo[], rows: readonly number[]): Float64Array {
    const { cycle, table } = this.#parts;
    const column = plugins.map(({ name }) => name).join("+");
    return table.totals(column, nodes, rows, cycle.snapshot.generations, (unknown, at) => {
      const sums = new Array<number>(unknown.length).fill(0);
      for (const each of plugins) addScores(sums, each, askScores(each, cycle, unknown, at));
      return sums;
    });
  }

  #addNormalized(
    each: ResolvedPlugin,
    nodes: readonly NodeInfo[],
    rows: readonly number[],
    totals: Float64Array,
  ): void {
    const { cycle, table, scored } = this.#parts;
    const ask: Ask = (unknown, at) => askScores(each, cycle, unknown, at);
    const { normalizeScore } = each.plugin;
    if (!scored.has(each.name)) {
      const raw = ask(nodes, rows);
      addScores(totals, each, normalizeScore === undefined ? raw : normalizeScore(cycle, raw, nodes));
      return;
    }
    const { scores, isUniform } = table.scores(each.name, nodes, rows, cycle.snapshot.generations, ask);
    // Equal raw scores are equal ones after NormalizeScore: they prefer no node, as long as they are in bounds.
    if (isUniform) checkScores(each, normalizeScore!(cycle, scores.slice(0, 1), nodes.slice(0, 1)));
    else addScores(totals, each, normalizeScore!(cycle, scores, nodes));
  }
}
