import type { ConfigSchema } from "@pinnace/plugin";
import {
  type Cycle,
  deviceClassOfResource,
  type NodeInfo,
  type PodInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
  type Status,
  SUCCESS,
  signNonZeroRequests,
  signRequests,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { createScorer, type ScoringStrategy } from "./scoring.ts";

/** The plugin's configuration (NodeResourcesFitArgs). */
export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: ScoringStrategy;
}

const RESOURCE = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, weight: { type: "integer", minimum: 1, maximum: 100, default: 1 } },
};

export const CONFIG_SCHEMA: ConfigSchema = {
  type: "object",
  properties: {
    ignoredResources: { type: "array", items: { type: "string" } },
    ignoredResourceGroups: { type: "array", items: { type: "string" } },
    scoringStrategy: {
      type: "object",
      properties: {
        type: { enum: ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"] },
        resources: { type: "array", items: RESOURCE },
        requestedToCapacityRatio: { type: "object", additionalProperties: true },
      },
    },
  },
};

/** What a node lacks, by resource: the amounts that matter for the message and for preemption. */
interface Lack {
  readonly reason: string;
  /** Not even an empty node would do. */
  readonly never: boolean;
}

function* lacks(
  pod: PodInfo,
  node: NodeInfo,
  ignored: (name: string) => boolean,
  byDevices: (name: string) => boolean,
): Iterable<Lack> {
  if (node.pods.length + 1 > node.allowedPods) yield { reason: "Too many pods", never: false };
  const { requests } = pod;
  const checks: readonly (readonly [string, number, number, number])[] = [
    ["cpu", requests.milliCpu, node.requested.milliCpu, node.allocatable.milliCpu],
    ["memory", requests.memory, node.requested.memory, node.allocatable.memory],
    [
      "ephemeral-storage",
      requests.ephemeralStorage,
      node.requested.ephemeralStorage,
      node.allocatable.ephemeralStorage,
    ],
  ];
  for (const [name, wanted, used, total] of checks) {
    if (wanted > 0 && wanted > total - used) yield { reason: `Insufficient ${name}`, never: wanted > total };
  }
  for (const [name, wanted] of requests.scalar) {
    if (wanted === 0 || ignored(name)) continue;
    const total = node.allocatable.scalar.get(name) ?? 0;
    if (total === 0 && byDevices(name)) continue;
    const used = node.requested.scalar.get(name) ?? 0;
    if (wanted > total - used) yield { reason: `Insufficient ${name}`, never: wanted > total };
  }
}

/** Thousands of nodes lack the same: they share one status. */
const REJECTIONS = new Map<string, Status>();
const MAX_REJECTIONS = 1_000;

function rejectionFor(found: readonly Lack[]): Status {
  const isHopeless = found.some(({ never }) => never);
  let key = String(isHopeless);
  for (const { reason } of found) key += `|${reason}`;
  let status = REJECTIONS.get(key);
  if (status === undefined) {
    const reasons = found.map(({ reason }) => reason);
    status = isHopeless ? unresolvable(...reasons) : unschedulable(...reasons);
    if (REJECTIONS.size >= MAX_REJECTIONS) REJECTIONS.clear();
    REJECTIONS.set(key, status);
  }
  return status;
}

/** True without looking further for the common pod: no scalar resources, and everything fits. */
function fitsAtOnce({ requests }: PodInfo, node: NodeInfo): boolean {
  const { requested, allocatable } = node;
  return (
    requests.scalar.size === 0 &&
    node.pods.length < node.allowedPods &&
    (requests.milliCpu === 0 || requests.milliCpu <= allocatable.milliCpu - requested.milliCpu) &&
    (requests.memory === 0 || requests.memory <= allocatable.memory - requested.memory) &&
    (requests.ephemeralStorage === 0 ||
      requests.ephemeralStorage <= allocatable.ephemeralStorage - requested.ephemeralStorage)
  );
}

function isExtended(name: string): boolean {
  return name.includes("/") && !name.startsWith("kubernetes.io/") && !name.startsWith("requests.");
}

export function createNodeResourcesFit(
  { reader }: Pick<SchedulerComponents, "reader">,
  args: NodeResourcesFitArgs,
): SchedulerPlugin {
  const names = new Set(args.ignoredResources);
  const groups = new Set(args.ignoredResourceGroups);
  const ignored = (name: string): boolean => isExtended(name) && (names.has(name) || groups.has(name.split("/")[0]!));
  // What a node does not have itself may come from devices; then DynamicResources says whether it does (KEP-5004).
  const byDevices = (name: string): boolean => isExtended(name) && deviceClassOfResource(reader, name) !== undefined;
  const scorer = createScorer(args.scoringStrategy ?? {});
  const filter = ({ pod }: Cycle, node: NodeInfo): Status => {
    if (fitsAtOnce(pod, node)) return SUCCESS;
    const found = [...lacks(pod, node, ignored, byDevices)];
    return found.length === 0 ? SUCCESS : rejectionFor(found);
  };
  return {
    filter,
    score: ({ pod }, node) => scorer(pod, node),
    signPod: ({ pod }) => {
      const classes = [...pod.requests.scalar.keys()].filter(byDevices).join(",");
      return [signRequests(pod), signNonZeroRequests(pod), { key: "resources of device classes", value: classes }];
    },
    eventsToRegister: () => [
      { event: { resource: "AssignedPod", actions: ["Delete", "UpdatePodScaleDown"] } },
      { event: { resource: "UnscheduledPod", actions: ["UpdatePodScaleDown"] } },
      {
        event: { resource: "Node", actions: ["Add", "UpdateNodeAllocatable"] },
      },
    ],
  };
}
