import { MAX_SCORE, type NodeInfo, type PodInfo } from "@pinnace/scheduler-framework";

interface ScoringResource {
  readonly name: string;
  readonly weight?: number;
}

/** How nodes are scored (ScoringStrategy). */
export interface ScoringStrategy {
  readonly type?: "LeastAllocated" | "MostAllocated" | "RequestedToCapacityRatio";
  readonly resources?: readonly ScoringResource[];
  /** For RequestedToCapacityRatio: points of utilization in percent and score from 0 to 10, ascending. */
  readonly requestedToCapacityRatio?: {
    readonly shape?: readonly { readonly utilization: number; readonly score: number }[];
  };
}

const DEFAULT_RESOURCES: readonly ScoringResource[] = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

/** The score of one resource, from what would be used and what there is. */
type ResourceScore = (used: number, total: number) => number;

const least: ResourceScore = (used, total) =>
  total === 0 || used > total ? 0 : Math.floor(((total - used) * MAX_SCORE) / total);

const most: ResourceScore = (used, total) =>
  total === 0 ? 0 : Math.floor((Math.min(used, total) * MAX_SCORE) / total);

function byShape(shape: readonly { readonly utilization: number; readonly score: number }[]): ResourceScore {
  const scale = MAX_SCORE / 10;
  const value = (utilization: number): number => {
    for (const [index, point] of shape.entries()) {
      if (utilization > point.utilization) continue;
      if (index === 0) return point.score * scale;
      const before = shape[index - 1]!;
      const slope = ((point.score - before.score) * scale) / (point.utilization - before.utilization);
      return Math.trunc(before.score * scale + slope * (utilization - before.utilization));
    }
    return (shape.at(-1)?.score ?? 0) * scale;
  };
  return (used, total) => (total === 0 || used > total ? value(100) : value(Math.floor((used * 100) / total)));
}

/** What would be used with the pod. CPU and memory count defaults for pods that ask for nothing. */
function usedOf(pod: PodInfo, node: NodeInfo, name: string): number {
  if (name === "cpu") return node.nonZeroRequested.milliCpu + pod.nonZeroRequests.milliCpu;
  if (name === "memory") return node.nonZeroRequested.memory + pod.nonZeroRequests.memory;
  if (name === "ephemeral-storage") return node.requested.ephemeralStorage + pod.requests.ephemeralStorage;
  return (node.requested.scalar.get(name) ?? 0) + (pod.requests.scalar.get(name) ?? 0);
}

function totalOf({ allocatable }: NodeInfo, name: string): number {
  if (name === "cpu") return allocatable.milliCpu;
  if (name === "memory") return allocatable.memory;
  return name === "ephemeral-storage" ? allocatable.ephemeralStorage : (allocatable.scalar.get(name) ?? 0);
}

/** The weighted mean over the strategy's resources, those left out that neither pod nor node has. */
export function createScorer(strategy: ScoringStrategy): (pod: PodInfo, node: NodeInfo) => number {
  const resources = strategy.resources ?? DEFAULT_RESOURCES;
  const isRatio = strategy.type === "RequestedToCapacityRatio";
  const score = isRatio
    ? byShape(strategy.requestedToCapacityRatio?.shape ?? [])
    : strategy.type === "MostAllocated"
      ? most
      : least;
  return (pod, node) => {
    let [sum, weights] = [0, 0];
    for (const { name, weight = 1 } of resources) {
      const total = totalOf(node, name);
      if (total === 0) continue;
      const value = score(usedOf(pod, node, name), total);
      if (isRatio && value <= 0) continue;
      sum += value * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return isRatio ? Math.round(sum / weights) : Math.floor(sum / weights);
  };
}
