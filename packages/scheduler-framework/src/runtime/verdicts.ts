import type { NodeInfo } from "../contract/node-info.ts";
import type { Cycle } from "../contract/points.ts";
import { type Status, SUCCESS } from "../contract/status.ts";
import { askScores, type Profile, type RowFilter } from "./profile.ts";
import type { ResolvedPlugin } from "./resolve-plugins.ts";
import { addScores, checkScores, pickAmong, pickHighest } from "./score-table.ts";
import type { VerdictTable } from "./verdict-table.ts";

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
  /** Says how many rows from `start` on, up to `end`, are known to fit, one after the other. Absent when that is not known. */
  runs?(): ((start: number, end: number) => number) | undefined;
}

/** The verdict about the node of a row; undefined: it is to be asked for. Good for one attempt. */
export type KnownVerdict = (row: number) => Status | undefined;

/** Nodes that a whole-table filter is asked about at once: a few more than needed may be among them. */
const TABLE_ROWS = 64;

/** The first filter that rejects the node of a row, or `Success`; undefined when one fails, so that its node is asked about. */
function askRow(profile: Profile, filters: readonly RowFilter[], row: number): Status | undefined {
  try {
    for (let index = 0; index < filters.length; index += 1) {
      const each = filters[index]!;
      const status = each.filter(row);
      if (status === SUCCESS || status.code === "Success") continue;
      if (status.code === "Error") return undefined;
      // Thousands of nodes are rejected with the same words.
      if (status !== each.said) {
        each.said = status;
        each.named = profile.named(status, each.name);
      }
      return each.named;
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

  runs(): ((start: number, end: number) => number) | undefined {
    const { cycle, table, asked } = this.#parts;
    const { generations } = cycle.snapshot;
    return asked.length > 0 ? undefined : (start, end) => table.run(start, end, generations);
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
    const { cycle, table } = this.#parts;
    const { plain, normalized, asked } = this.#scorers(skipped);
    const nameOf = ({ name }: ResolvedPlugin): string => name;
    const key = `${plain.map(nameOf).join("+")}/${normalized.map(nameOf).join("+")}`;
    const scores = table.scores(key, normalized.length);
    const found = scores.read({ nodes, rows, generations: cycle.snapshot.generations }, (unknown, at) => {
      const sums = new Array<number>(unknown.length).fill(0);
      for (const each of plain) addScores(sums, each, askScores(each, cycle, unknown, at));
      return [sums, ...normalized.map((each) => askScores(each, cycle, unknown, at))];
    });
    const { totals } = found;
    let isChanged = false;
    for (const [column, each] of normalized.entries()) {
      const { normalizeScore } = each.plugin;
      // Equal raw scores are equal ones after NormalizeScore: they prefer no node, as long as they are in bounds.
      if (scores.isUniform(column)) {
        checkScores(each, normalizeScore!(cycle, scores.column(column, rows.slice(0, 1)), nodes.slice(0, 1)));
        continue;
      }
      isChanged = true;
      addScores(totals, each, normalizeScore!(cycle, scores.column(column, rows), nodes));
    }
    for (const each of asked) {
      const raw = askScores(each, cycle, nodes, rows);
      addScores(totals, each, each.plugin.normalizeScore?.(cycle, raw, nodes) ?? raw);
    }
    if (isChanged || asked.length > 0) return nodes[pickHighest(totals, random)]!;
    return nodes[pickAmong(totals, found, random)]!;
  }

  /** The plugins that score, by whether their scores are kept, and whether they must be seen together to count. */
  #scorers(skipped: ReadonlySet<string>): Record<"plain" | "normalized" | "asked", readonly ResolvedPlugin[]> {
    const { profile, scored } = this.#parts;
    const [plain, normalized, asked]: ResolvedPlugin[][] = [[], [], []];
    for (const each of profile.points.score) {
      if (skipped.has(each.name)) continue;
      if (!scored.has(each.name)) asked!.push(each);
      else if (each.plugin.normalizeScore === undefined) plain!.push(each);
      else normalized!.push(each);
    }
    return { plain: plain!, normalized: normalized!, asked: asked! };
  }
}
