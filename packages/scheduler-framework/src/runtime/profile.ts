import { messageOf } from "@pinnace/errors";
import type { ClusterEventWithHint } from "../contract/events.ts";
import type { NodeInfo, PodInfo } from "../contract/node-info.ts";
import type { Cycle, PreFilterResult, QueuedPod, SchedulerPlugin } from "../contract/points.ts";
import { type Status, SUCCESS } from "../contract/status.ts";
import type { EnabledPlugin, PointName, ProfileConfig } from "./profile-config.ts";
import { type ResolvedPlugin, resolvePlugins } from "./resolve-plugins.ts";
import { ScoreTable } from "./score-table.ts";

export interface PreFilterOutcome {
  readonly status: Status;
  /** The only nodes to look at; undefined: all. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** Which plugins narrowed the nodes down. */
  readonly narrowedBy: readonly string[];
  readonly skipped: ReadonlySet<string>;
}

export interface ProfileOptions {
  readonly config: ProfileConfig;
  readonly defaults: readonly EnabledPlugin[];
  readonly instances: ReadonlyMap<string, SchedulerPlugin>;
}

/** A plugin's Filter for the nodes of one attempt's snapshot, by their positions. */
export interface RowFilter {
  readonly name: string;
  readonly filter: (row: number) => Status;
  /** What it said last, and the same with the plugin's name. */
  said: Status | undefined;
  named: Status | undefined;
}

function failure(plugin: string, point: string, cause: unknown, message: string = messageOf(cause)): Status {
  return { code: "Error", reasons: [`running ${point} plugin "${plugin}": ${message}`], plugin, cause };
}

/** Says of an error that a plugin returned where it came from; other statuses stay as they are. */
function located(status: Status, plugin: string, point: string): Status {
  return status.code === "Error" ? failure(plugin, point, status.cause, status.reasons.join(", ")) : status;
}

/** Runs a plugin's function; what it throws becomes an `Error` status. */
function guarded(plugin: string, point: string, run: () => Status): Status {
  try {
    return located(run(), plugin, point);
  } catch (cause) {
    return failure(plugin, point, cause);
  }
}

async function guardedAsync(plugin: string, point: string, run: () => Promise<Status>): Promise<Status> {
  try {
    return located(await run(), plugin, point);
  } catch (cause) {
    return failure(plugin, point, cause);
  }
}

/** Settles at once when the plugin does. */
function guardedEither(plugin: string, point: string, run: () => Status | Promise<Status>): Status | Promise<Status> {
  try {
    const result = run();
    return result instanceof Promise ? guardedAsync(plugin, point, () => result) : located(result, plugin, point);
  } catch (cause) {
    return failure(plugin, point, cause);
  }
}

const named = (status: Status, plugin: string): Status =>
  status.code === "Success" || status.plugin !== undefined ? status : { ...status, plugin };

/** One profile: its plugins in order at each extension point, and how they are run. */
export class Profile {
  readonly schedulerName: string;
  readonly config: ProfileConfig;
  readonly points: Readonly<Record<PointName, readonly ResolvedPlugin[]>>;
  readonly #statuses = new Map<string, WeakMap<Status, Status>>();

  constructor({ config, defaults, instances }: ProfileOptions) {
    this.schedulerName = config.schedulerName;
    this.config = config;
    this.points = resolvePlugins(config, defaults, instances);
  }

  /** Events by plugin, for the queue. */
  events(): ReadonlyMap<string, readonly ClusterEventWithHint[]> {
    const all = Object.values(this.points).flat();
    return new Map(all.map(({ name, plugin }) => [name, plugin.eventsToRegister?.() ?? EVERYTHING]));
  }

  compare(a: QueuedPod, b: QueuedPod): number {
    return this.points.queueSort[0]!.plugin.compare!(a, b);
  }

  runPreEnqueue(pod: PodInfo): Status {
    for (const { name, plugin } of this.points.preEnqueue) {
      const status = guarded(name, "PreEnqueue", () => plugin.preEnqueue!(pod));
      if (status.code !== "Success") return named(status, name);
    }
    return SUCCESS;
  }

  runPreFilter(cycle: Cycle): PreFilterOutcome {
    let nodeNames: ReadonlySet<string> | undefined;
    const narrowedBy: string[] = [];
    const skipped = new Set<string>();
    for (const { name, plugin } of this.points.preFilter) {
      const { status, nodeNames: found } = preFilterOf(name, plugin, cycle);
      if (status.code === "Skip") skipped.add(name);
      else if (status.code !== "Success") return { status: named(status, name), nodeNames, narrowedBy, skipped };
      if (found === undefined) continue;
      narrowedBy.push(name);
      nodeNames = nodeNames === undefined ? found : nodeNames.intersection(found as Set<string>);
    }
    return { status: SUCCESS, nodeNames, narrowedBy, skipped };
  }

  /** The filters that take part in an attempt, given the plugins that PreFilter skipped. */
  activeFilters(skipped: ReadonlySet<string>): readonly ResolvedPlugin[] {
    const { filter } = this.points;
    return skipped.size === 0 ? filter : filter.filter(({ name }) => !skipped.has(name));
  }

  /** The first filter that rejects the node, or `Success`. */
  runFilters(cycle: Cycle, node: NodeInfo, skipped: ReadonlySet<string>): Status {
    return this.runFilterPlugins(cycle, node, this.activeFilters(skipped));
  }

  /** The first of some filters that rejects the node, or `Success`. */
  runFilterPlugins(cycle: Cycle, node: NodeInfo, filters: readonly ResolvedPlugin[]): Status {
    let asked = "";
    try {
      for (const { name, plugin } of filters) {
        asked = name;
        const status = plugin.filter!(cycle, node);
        if (status.code !== "Success") return this.named(located(status, name, "Filter"), name);
      }
      return SUCCESS;
    } catch (cause) {
      return failure(asked, "Filter", cause);
    }
  }

  /**
   * As {@link runFilterPlugins} for several nodes, in their order: with one call for all of them where a plugin offers that.
   * Undefined when a plugin failed: then the nodes are to be asked about one by one.
   */
  runFilterTables(
    cycle: Cycle,
    nodes: readonly NodeInfo[],
    filters: readonly ResolvedPlugin[],
  ): readonly Status[] | undefined {
    const statuses = nodes.map((): Status => SUCCESS);
    let left = nodes.map((_node, index) => index);
    try {
      for (const { name, plugin } of filters) {
        const asked = left.map((index) => nodes[index]!);
        const said = plugin.filterTable?.(cycle, asked) ?? asked.map((node) => plugin.filter!(cycle, node));
        if (said.length !== asked.length || said.some(({ code }) => code === "Error")) return undefined;
        for (const [at, index] of left.entries()) {
          if (said[at]!.code !== "Success") statuses[index] = this.named(said[at]!, name);
        }
        left = left.filter((index) => statuses[index] === SUCCESS);
      }
      return statuses;
    } catch {
      return undefined;
    }
  }

  /** The filters as functions of rows; undefined when one fails: then the nodes are to be asked about one by one. */
  filtersOfRows(cycle: Cycle, filters: readonly ResolvedPlugin[]): readonly RowFilter[] | undefined {
    const { nodes } = cycle.snapshot;
    try {
      return filters.map(({ name, plugin }) => ({
        name,
        filter: plugin.filterRows?.(cycle) ?? ((row) => plugin.filter!(cycle, nodes[row]!)),
        said: undefined,
        named: undefined,
      }));
    } catch {
      return undefined;
    }
  }

  /** A status that a plugin shares gets its name once, and is shared with it. */
  named(status: Status, plugin: string): Status {
    if (status.plugin !== undefined || !Object.isFrozen(status)) return named(status, plugin);
    let statuses = this.#statuses.get(plugin);
    if (statuses === undefined) {
      statuses = new WeakMap();
      this.#statuses.set(plugin, statuses);
    }
    let result = statuses.get(status);
    if (result === undefined) {
      result = Object.freeze({ ...status, plugin });
      statuses.set(status, result);
    }
    return result;
  }

  /** Tells the plugins with state that a pod is added to or taken from a node in a what-if. */
  runPreFilterExtension(
    change: "addPod" | "removePod",
    cycle: Cycle,
    pod: PodInfo,
    node: NodeInfo,
    skipped: ReadonlySet<string>,
  ): Status {
    for (const { name, plugin } of this.points.preFilter) {
      if (skipped.has(name) || plugin[change] === undefined) continue;
      const status = guarded(name, change, () => plugin[change]!(cycle, pod, node));
      if (status.code !== "Success") return named(status, name);
    }
    return SUCCESS;
  }

  runPreScore(
    cycle: Cycle,
    nodes: readonly NodeInfo[],
    rows?: readonly number[],
  ): { readonly status: Status; readonly skipped: ReadonlySet<string> } {
    const skipped = new Set<string>();
    for (const { name, plugin } of this.points.preScore) {
      const status = guarded(name, "PreScore", () => plugin.preScore!(cycle, nodes, rows));
      if (status.code === "Skip") skipped.add(name);
      else if (status.code !== "Success") return { status: named(status, name), skipped };
    }
    return { status: SUCCESS, skipped };
  }

  /** Weighted, normalised scores. Throws what a Score plugin throws, and `RangeError` for a score out of bounds. */
  runScores(cycle: Cycle, nodes: readonly NodeInfo[], skipped: ReadonlySet<string>): ScoreTable {
    const table = new ScoreTable(nodes);
    for (const each of this.points.score) {
      if (skipped.has(each.name)) continue;
      const scores = askScores(each, cycle, nodes);
      table.add(each, each.plugin.normalizeScore?.(cycle, scores, nodes) ?? scores);
    }
    return table;
  }

  /** Answers at once unless a plugin needs time. */
  runReserve(cycle: Cycle, nodeName: string): Status | Promise<Status> {
    return this.#reserveFrom(0, cycle, nodeName);
  }

  #reserveFrom(start: number, cycle: Cycle, nodeName: string): Status | Promise<Status> {
    const { reserve } = this.points;
    for (let index = start; index < reserve.length; index += 1) {
      const { name, plugin } = reserve[index]!;
      const status = guardedEither(name, "Reserve", () => plugin.reserve!(cycle, nodeName));
      if (status instanceof Promise) {
        return status.then((settled) =>
          settled.code === "Success" ? this.#reserveFrom(index + 1, cycle, nodeName) : named(settled, name),
        );
      }
      if (status.code !== "Success") return named(status, name);
    }
    return SUCCESS;
  }

  async runUnreserve(cycle: Cycle, nodeName: string): Promise<void> {
    for (const { plugin } of [...this.points.reserve].reverse()) await plugin.unreserve?.(cycle, nodeName);
  }

  /** `Wait` with the timeouts of the plugins that want to wait, milliseconds. */
  runPermit(
    cycle: Cycle,
    nodeName: string,
  ): { readonly status: Status; readonly timeouts: ReadonlyMap<string, number> } {
    const timeouts = new Map<string, number>();
    for (const { name, plugin } of this.points.permit) {
      let timeout: number | undefined;
      const status = guarded(name, "Permit", () => {
        const result = plugin.permit!(cycle, nodeName);
        timeout = result.timeout;
        return result.status;
      });
      if (status.code === "Wait") timeouts.set(name, Math.min(timeout ?? MAX_PERMIT_TIMEOUT, MAX_PERMIT_TIMEOUT));
      else if (status.code !== "Success") return { status: named(status, name), timeouts };
    }
    return { status: timeouts.size === 0 ? SUCCESS : { code: "Wait", reasons: [] }, timeouts };
  }

  /** Whether any PreBind plugin has something to do for the pod. */
  needsPreBind(cycle: Cycle, nodeName: string): boolean {
    return this.points.preBind.some(({ plugin }) => plugin.preBindPreFlight?.(cycle, nodeName).code !== "Skip");
  }

  async runPreBind(cycle: Cycle, nodeName: string): Promise<Status> {
    for (const { name, plugin } of this.points.preBind) {
      if (plugin.preBindPreFlight?.(cycle, nodeName).code === "Skip") continue;
      const status = await guardedAsync(name, "PreBind", () => plugin.preBind!(cycle, nodeName));
      if (status.code !== "Success") return named(status, name);
    }
    return SUCCESS;
  }

  async runBind(cycle: Cycle, nodeName: string): Promise<Status> {
    for (const { name, plugin } of this.points.bind) {
      const status = await guardedAsync(name, "Bind", () => plugin.bind!(cycle, nodeName));
      if (status.code !== "Skip") return named(status, name);
    }
    return { code: "Error", reasons: ["no bind plugin took the pod"] };
  }

  runPostBind(cycle: Cycle, nodeName: string): void {
    for (const { plugin } of this.points.postBind) plugin.postBind!(cycle, nodeName);
  }
}

function preFilterOf(name: string, plugin: SchedulerPlugin, cycle: Cycle): PreFilterResult {
  try {
    const result = plugin.preFilter!(cycle);
    return result.status.code === "Error" ? { status: located(result.status, name, "PreFilter") } : result;
  } catch (cause) {
    return { status: failure(name, "PreFilter", cause) };
  }
}

/** A plugin's raw scores: of all nodes in one call where it can. */
export function askScores(
  { plugin }: ResolvedPlugin,
  cycle: Cycle,
  nodes: readonly NodeInfo[],
  rows?: readonly number[],
): readonly number[] {
  return plugin.scoreTable?.(cycle, nodes, rows) ?? nodes.map((node) => plugin.score!(cycle, node));
}

const MAX_PERMIT_TIMEOUT = 15 * 60_000;

/** A plugin that names no events is asked again after each. */
const EVERYTHING: readonly ClusterEventWithHint[] = [{ event: { resource: "*", actions: "*" } }];
