/** The API group of what is explained here. */
export const EXPLANATION_GROUP = "scheduling.pinnace.dev";
export const EXPLANATION_VERSION: "scheduling.pinnace.dev/v1" = `${EXPLANATION_GROUP}/v1`;

/** What a plugin said about a node or a pod. */
export interface ExplainedVerdict {
  readonly plugin: string;
  /** `Unschedulable`, `UnschedulableAndUnresolvable`, `Pending`, `Error`. */
  readonly code: string;
  readonly reasons: readonly string[];
}

/** A node as an attempt saw it: rejected by somebody, or fitting with scores. */
export interface ExplainedNode {
  readonly name: string;
  readonly fits: boolean;
  /** Who rejected it. An attempt stops at the first; an evaluation asks all filters. */
  readonly rejectedBy?: readonly ExplainedVerdict[];
  /** The sum of the scores. */
  readonly total?: number;
  /** Weighted, by plugin (or URL of an extender). */
  readonly scores?: Readonly<Record<string, number>>;
}

export interface ExplainedAttempt {
  /** The first is 1. */
  readonly attempt: number;
  /** RFC 3339. */
  readonly time: string;
  readonly schedulerName: string;
  readonly outcome: "Binding" | "Scheduled" | "Unschedulable" | "Error";
  readonly nodeName?: string;
  /** Where preemption made room. */
  readonly nominatedNodeName?: string;
  /** The text of the event. */
  readonly message: string;
  readonly totalNodes: number;
  /** How many nodes were looked at, and how many of these fit. */
  readonly evaluatedNodes: number;
  readonly feasibleNodes: number;
  /** Set when a PreFilter rejected the pod on all nodes at once. */
  readonly preFilter?: ExplainedVerdict;
  /** The best first, then those that do not fit. Nodes that were not looked at are left out. */
  readonly nodes?: readonly ExplainedNode[];
}

/** What the filters and scores say now, all plugins asked about all nodes. */
export interface ExplainedEvaluation {
  readonly time: string;
  readonly totalNodes: number;
  readonly feasibleNodes: number;
  readonly preFilter?: ExplainedVerdict;
  readonly nodes: readonly ExplainedNode[];
}

/** Why a pod is where it is, or nowhere (`SchedulingExplanation` of `scheduling.pinnace.dev/v1`). */
export interface SchedulingExplanation {
  readonly apiVersion: typeof EXPLANATION_VERSION;
  readonly kind: "SchedulingExplanation";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status: {
    readonly schedulerName: string;
    readonly nodeName?: string;
    /** Where the pod waits; absent when it has a node or belongs to another scheduler. */
    readonly queue?: "active" | "backoff" | "unschedulable" | "gated" | "attempt";
    /** The PreEnqueue plugin that keeps it out. */
    readonly gatedBy?: string;
    /** Who rejected it last: an event that these plugins care for brings it back. */
    readonly waitingFor?: readonly string[];
    /** The last attempts that are remembered, the oldest first. */
    readonly attempts: readonly ExplainedAttempt[];
    /** For a pod without a node. */
    readonly evaluation?: ExplainedEvaluation;
  };
}
