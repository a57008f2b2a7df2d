import type { NodeInfo } from "../contract/node-info.ts";
import type { Cycle } from "../contract/points.ts";
import { type Status, SUCCESS } from "../contract/status.ts";
import { askScores, type Profile } from "./profile.ts";
import type { ResolvedPlugin } from "./resolve-plugins.ts";
import type { VerdictTable } from "./verdict-table.ts";

/** What the plugins of a profile say about the nodes of one attempt's snapshot. `row` is a node's position in it. */
export interface Verdicts {
  /** The first filter that rejects the node, or `Success`. */
  filter(node: NodeInfo, row: number): Status;
  /** One plugin's raw scores of nodes. */
  scores(plugin: ResolvedPlugin, nodes: readonly NodeInfo[], rows: readonly number[]): readonly number[];
}

/** Asks every plugin about every node. */
export function plainVerdicts(profile: Profile, cycle: Cycle, filters: readonly ResolvedPlugin[]): Verdicts {
  return {
    filter: (node) => profile.runFilterPlugins(cycle, node, filters),
    scores: (plugin, nodes) => askScores(plugin, cycle, nodes),
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

  filter(node: NodeInfo, row: number): Status {
    const { profile, cycle, table, kept, asked } = this.#parts;
    if (!table.isFiltered(row, node)) {
      const status = profile.runFilterPlugins(cycle, node, kept);
      if (status.code === "Error") return status;
      table.keepFiltered(row, node, status.code === "Success" ? undefined : status);
    }
    const rejection = table.rejection(row);
    if (rejection !== undefined) return rejection;
    return asked.length === 0 ? SUCCESS : profile.runFilterPlugins(cycle, node, asked);
  }

  scores(plugin: ResolvedPlugin, nodes: readonly NodeInfo[], rows: readonly number[]): readonly number[] {
    const { cycle, table, scored } = this.#parts;
    if (!scored.has(plugin.name)) return askScores(plugin, cycle, nodes);
    return table.scores(plugin.name, nodes, rows, (unknown) => askScores(plugin, cycle, unknown));
  }
}
