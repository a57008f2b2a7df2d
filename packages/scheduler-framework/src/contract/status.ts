/**
 * What an extension point says about one pod (and one node). Expected outcomes are values; a plugin throws only for bugs,
 * and the runtime turns what is thrown into `Error`.
 *
 * | code | the scheduler |
 * |---|---|
 * | `Success` | goes on |
 * | `Skip` | leaves the plugin out of the points coupled to this one (PreFilter → Filter, PreScore → Score); for Bind: asks the next binder |
 * | `Unschedulable` | does not use this node (or, from PreFilter, no node); preemption may help |
 * | `UnschedulableAndUnresolvable` | likewise, and preemption cannot help |
 * | `Wait` | (Permit only) keeps the pod waiting until every plugin allows it or one rejects it or time is up |
 * | `Pending` | (PreEnqueue, PostFilter, Reserve, PreBind) keeps the pod out of the active queue without back-off until something outside happens |
 * | `Error` | ends the attempt, logs, and tries again after back-off |
 */
export type StatusCode =
  | "Success"
  | "Skip"
  | "Unschedulable"
  | "UnschedulableAndUnresolvable"
  | "Wait"
  | "Pending"
  | "Error";

export interface Status {
  readonly code: StatusCode;
  /** Reasons for people, upstream's texts: `node(s) had untolerated taint(s)`. They are counted over nodes. */
  readonly reasons: readonly string[];
  /** The plugin that said so; filled in by the runtime. */
  readonly plugin?: string;
  /** Why, for `Error`. */
  readonly cause?: unknown;
}

export const SUCCESS: Status = Object.freeze({ code: "Success", reasons: Object.freeze([]) });
export const SKIP: Status = Object.freeze({ code: "Skip", reasons: Object.freeze([]) });

export function unschedulable(...reasons: readonly string[]): Status {
  return Object.freeze({ code: "Unschedulable", reasons });
}

export function unresolvable(...reasons: readonly string[]): Status {
  return Object.freeze({ code: "UnschedulableAndUnresolvable", reasons });
}

/** True for the two codes that say "not here". */
export function isRejection(status: Status): boolean {
  return status.code === "Unschedulable" || status.code === "UnschedulableAndUnresolvable" || status.code === "Pending";
}
