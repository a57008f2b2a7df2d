import type { Pod } from "@pinnace/api";
import type { NodeInfo } from "../contract/node-info.ts";
import type { SchedulerPlugin } from "../contract/points.ts";
import type { Status } from "../contract/status.ts";
import { testCycle } from "./fixtures.ts";

/** What a plugin says about a pod. */
export interface Verdicts {
  readonly preFilter: Status | undefined;
  readonly filters: readonly Status[];
  readonly scores: readonly number[] | undefined;
}

/** Runs a plugin's synchronous points in the order of an attempt: one status and one score per node. */
export function attempt(plugin: SchedulerPlugin, pod: Pod, nodes: readonly NodeInfo[]): Verdicts {
  const cycle = testCycle(pod, nodes);
  const preFilter = plugin.preFilter?.(cycle).status;
  const passes = preFilter === undefined || preFilter.code === "Success";
  const filters = passes && plugin.filter ? nodes.map((node) => plugin.filter!(cycle, node)) : [];
  const preScore = plugin.preScore?.(cycle, nodes);
  const scored = plugin.score !== undefined && (preScore === undefined || preScore.code === "Success");
  if (!scored) return { preFilter, filters, scores: undefined };
  const raw = nodes.map((node) => plugin.score!(cycle, node));
  return { preFilter, filters, scores: plugin.normalizeScore?.(cycle, raw, nodes) ?? raw };
}
