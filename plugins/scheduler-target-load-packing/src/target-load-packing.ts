import type { Container, Pod } from "@pinnace/api";
import { isQuantity, parseQuantity, timeOf } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import {
  MAX_SCORE,
  MIN_SCORE,
  type NodeInfo,
  type PodInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
} from "@pinnace/scheduler-framework";
import { NodeLoads } from "./node-load.ts";

/** The plugin's configuration (TargetLoadPackingArgs). */
export interface TargetLoadPackingArgs {
  /** Percent of a node's CPU that are aimed at; default 40, also for what is not above 0. */
  readonly targetUtilization?: number;
  /** What a container without requests and limits is thought to use; default 1000m. */
  readonly defaultRequests?: { readonly cpu?: string };
  /** Times the requests is what a container without limits is thought to use; default 1.5. */
  readonly defaultRequestsMultiplier?: string;
}

const DEFAULT_TARGET = 40;
/** Pods that came less than this before the end of what was measured may not show in it, milliseconds. */
const REPORTING_INTERVAL = 60_000;

interface Prediction {
  /** Thousandths of a CPU for a container of which nothing is known. */
  readonly unknown: number;
  readonly multiplier: number;
}

/** Codes: `CONFIG_INVALID` for numbers that are none. */
export function createTargetLoadPacking(components: SchedulerComponents, args: TargetLoadPackingArgs): SchedulerPlugin {
  const loads = new NodeLoads(components);
  const prediction = predictionOf(args);
  const target = (args.targetUtilization ?? 0) > 0 ? args.targetUtilization! : DEFAULT_TARGET;
  void loads.follow();
  return {
    score: ({ pod }, node) => {
      const load = loads.of(node.name);
      if (load === undefined) return MIN_SCORE;
      const capacity = milliCpuOf(node.node.status?.capacity?.cpu);
      const unseen = unseenOn(node, load.end - REPORTING_INTERVAL, prediction);
      const used = load.milliCpu + unseen + predictedCpu(pod.pod, prediction);
      return scoreOf(capacity === 0 ? 0 : (100 * used) / capacity, target);
    },
  };
}

/**
 * Up to the target the score grows with the utilization, from the target itself to the best; beyond it it falls from the
 * target to the least. Percent.
 */
function scoreOf(utilization: number, target: number): number {
  if (utilization > 100) return MIN_SCORE;
  if (utilization > target) return Math.round((target * (100 - utilization)) / (100 - target));
  return Math.min(MAX_SCORE, Math.round(((100 - target) * utilization) / target + target));
}

/** What pods are thought to use that came after a moment: it is not in the metrics yet. */
function unseenOn({ pods }: NodeInfo, since: number, prediction: Prediction): number {
  return pods.reduce((sum, info) => (arrivalOf(info) > since ? sum + predictedCpu(info.pod, prediction) : sum), 0);
}

const arrivals = new WeakMap<PodInfo, number>();

/** When a pod got its node, milliseconds since the epoch; one whose binding is under way is yet to come. */
function arrivalOf(info: PodInfo): number {
  let arrival = arrivals.get(info);
  if (arrival === undefined) {
    const { conditions = [], startTime } = info.pod.status ?? {};
    const scheduled = conditions.find(({ type, status }) => type === "PodScheduled" && status === "True");
    arrival = timeOf(scheduled?.lastTransitionTime) ?? timeOf(startTime) ?? Number.POSITIVE_INFINITY;
    arrivals.set(info, arrival);
  }
  return arrival;
}

function predictedCpu({ spec }: Pod, prediction: Prediction): number {
  const containers = (spec?.containers ?? []).reduce((sum, each) => sum + predictedCpuOf(each, prediction), 0);
  return containers + milliCpuOf(spec?.overhead?.cpu);
}

function predictedCpuOf({ resources }: Container, { unknown, multiplier }: Prediction): number {
  const limit = resources?.limits?.cpu;
  if (limit !== undefined) return milliCpuOf(limit);
  const request = resources?.requests?.cpu;
  return request === undefined ? unknown : Math.round(milliCpuOf(request) * multiplier);
}

const milliCpuOf = (cpu: string | undefined): number => (cpu === undefined ? 0 : parseQuantity(cpu).milliValue());

function predictionOf({ defaultRequests, defaultRequestsMultiplier = "1.5" }: TargetLoadPackingArgs): Prediction {
  const cpu = defaultRequests?.cpu ?? "1000m";
  if (!isQuantity(cpu)) throw new CodedError("CONFIG_INVALID", `defaultRequests.cpu: ${cpu} is no quantity`);
  const multiplier = Number(defaultRequestsMultiplier);
  if (defaultRequestsMultiplier.trim() === "" || !Number.isFinite(multiplier)) {
    const message = `unable to parse DefaultRequestsMultiplier: ${JSON.stringify(defaultRequestsMultiplier)}`;
    throw new CodedError("CONFIG_INVALID", message);
  }
  return { unknown: parseQuantity(cpu).milliValue(), multiplier };
}
