import {
  type Cycle,
  isRejection,
  type KnownVerdict,
  type NodeInfo,
  type PreFilterOutcome,
  type Profile,
  plainVerdicts,
  type Status,
  SUCCESS,
  type VerdictCache,
  type Verdicts,
} from "@pinnace/scheduler-framework";
import { enoughNodes } from "./node-sampling.ts";
import { NodeStatuses } from "./node-statuses.ts";
import type { Nominations } from "./nominations.ts";
import { fitsRivals } from "./what-if.ts";

export interface NodeSearchOptions {
  readonly profile: Profile;
  readonly nominations: Nominations;
  readonly percentage: number;
  /** Where the search begins; nodes are tried round robin over attempts. */
  readonly startIndex: number;
  /** Looks at all nodes, also where the nominated one fits. */
  readonly ignoreNomination?: boolean;
  /** What is known from pods that were alike. Absent: every plugin is asked about every node; the outcome is the same. */
  readonly verdicts?: VerdictCache | undefined;
}

/** What the filters left. */
export interface Search {
  readonly feasible: readonly NodeInfo[];
  /** The positions of `feasible` in the snapshot. */
  readonly rows: readonly number[];
  readonly rejections: ReadonlyMap<string, Status>;
  readonly error: Status | undefined;
  readonly nextIndex: number;
  /** Only the nominated node was looked at. */
  readonly isNominated: boolean;
  /** For asking for scores. */
  readonly verdicts: Verdicts;
}

/** Runs the filters: on the nominated node, else on nodes until enough fit. */
export function searchNodes(cycle: Cycle, options: NodeSearchOptions, preFilter: PreFilterOutcome): Search {
  const search = new NodeSearch(cycle, options, preFilter);
  return (options.ignoreNomination === true ? undefined : search.nominated()) ?? search.all();
}

class NodeSearch {
  readonly #cycle: Cycle;
  readonly #options: NodeSearchOptions;
  readonly #preFilter: PreFilterOutcome;
  readonly #verdicts: Verdicts;

  constructor(cycle: Cycle, options: NodeSearchOptions, preFilter: PreFilterOutcome) {
    const { profile, verdicts } = options;
    this.#cycle = cycle;
    this.#options = options;
    this.#preFilter = preFilter;
    this.#verdicts =
      verdicts?.verdicts(cycle, preFilter.skipped) ??
      plainVerdicts(profile, cycle, profile.activeFilters(preFilter.skipped));
  }

  /** The node that the pod was nominated to, when it fits. */
  nominated(): Search | undefined {
    const { nominations, startIndex } = this.#options;
    const name = nominations.nodeOf(this.#cycle.pod.pod.metadata?.uid ?? "");
    if (name === undefined || this.#preFilter.nodeNames?.has(name) === false) return undefined;
    const row = this.#cycle.snapshot.positionOf(name);
    if (row === undefined) return undefined;
    const node = this.#cycle.snapshot.nodes[row]!;
    if (this.#verdict(node, row).code !== "Success") return undefined;
    const rejections = new NodeStatuses();
    const found = { feasible: [node], rows: [row], rejections, error: undefined, isNominated: true };
    return { ...found, nextIndex: startIndex, verdicts: this.#verdicts };
  }

  all(): Search {
    const { nodes } = this.#cycle.snapshot;
    const { startIndex, percentage } = this.#options;
    const known = this.#known();
    const among = this.#candidates();
    const count = among?.length ?? nodes.length;
    const enough = enoughNodes(count, percentage);
    const start = count === 0 ? 0 : startIndex % count;
    const run = among === undefined ? this.#run() : undefined;
    const fits = new FittingNodes(nodes, Math.min(enough, count));
    const rejections = new NodeStatuses();
    let error: Status | undefined;
    let looked = 0;
    while (looked < count && fits.count < enough && error === undefined) {
      const index = start + looked < count ? start + looked : start + looked - count;
      const end = Math.min(index < start ? start : count, index + enough - fits.count);
      const fitting = run?.(index, end) ?? 0;
      if (fitting > 0) {
        fits.addAll(index, fitting);
        looked += fitting;
        continue;
      }
      const row = among === undefined ? index : among[index]!;
      const node = nodes[row]!;
      looked += 1;
      const status = known?.(row) ?? this.#verdict(node, row);
      if (status === SUCCESS || status.code === "Success") fits.addAll(row, 1);
      else if (isRejection(status)) rejections.add(node.name, status);
      else error = status;
    }
    const left = { ...fits.end(), rejections, error, isNominated: false };
    return { ...left, nextIndex: start + looked, verdicts: this.#verdicts };
  }

  /** Says how many nodes in a row are known to fit. */
  #run(): ((start: number, end: number) => number) | undefined {
    return this.#options.nominations.isEmpty ? this.#verdicts.runs?.() : undefined;
  }

  /** What is known of nodes to which no pod is nominated. */
  #known(): KnownVerdict | undefined {
    const { nominations } = this.#options;
    const known = this.#verdicts.known?.();
    if (known === undefined || nominations.isEmpty) return known;
    const nominated = new Set(nominations.nodes().map((name) => this.#cycle.snapshot.positionOf(name)));
    return (row) => (nominated.has(row) ? undefined : known(row));
  }

  /** The positions of the nodes that PreFilter left, in order; undefined when it left all. */
  #candidates(): readonly number[] | undefined {
    const { nodeNames } = this.#preFilter;
    if (nodeNames === undefined) return undefined;
    const rows: number[] = [];
    for (const name of nodeNames) {
      const row = this.#cycle.snapshot.positionOf(name);
      if (row !== undefined) rows.push(row);
    }
    return rows.sort((a, b) => a - b);
  }

  /** A node must fit with the pods nominated to it, and without them: they may yet go elsewhere. */
  #verdict(node: NodeInfo, row: number): Status {
    const { nominations, profile } = this.#options;
    const rivals = nominations.isEmpty ? [] : nominations.rivals(node, this.#cycle.pod);
    if (rivals.length > 0) {
      const status = fitsRivals(this.#cycle, node, profile, this.#preFilter.skipped, rivals);
      if (status.code !== "Success") return status;
    }
    return this.#verdicts.filter(node, row);
  }
}

/** The nodes that fit, and their rows, in arrays of the right size. */
class FittingNodes {
  readonly #all: readonly NodeInfo[];
  readonly #feasible: NodeInfo[];
  readonly #rows: number[];
  count = 0;

  constructor(all: readonly NodeInfo[], most: number) {
    this.#all = all;
    this.#feasible = new Array<NodeInfo>(most);
    this.#rows = new Array<number>(most);
  }

  /** So many rows from `first` on. */
  addAll(first: number, count: number): void {
    const [all, feasible, rows] = [this.#all, this.#feasible, this.#rows];
    for (let row = first; row < first + count; row += 1) {
      feasible[this.count] = all[row]!;
      rows[this.count] = row;
      this.count += 1;
    }
  }

  end(): { readonly feasible: readonly NodeInfo[]; readonly rows: readonly number[] } {
    this.#feasible.length = this.count;
    this.#rows.length = this.count;
    return { feasible: this.#feasible, rows: this.#rows };
  }
}
