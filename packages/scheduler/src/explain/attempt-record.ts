import type { Pod } from "@pinnace/api";
import type { FindNodeResult } from "../find-node.ts";

/** How an attempt ended; `Binding` while it has not. */
type AttemptOutcome = "Binding" | "Scheduled" | "Unschedulable" | "Error";

/** What is kept of one attempt: references to what it worked with, made readable when somebody asks. */
export interface AttemptRecord {
  readonly pod: Pod;
  readonly schedulerName: string;
  /** Which attempt of the pod it was; the first is 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly totalNodes: number;
  readonly search: FindNodeResult;
  outcome: AttemptOutcome;
  /** The text of the event and the condition, of the whole of them. */
  message: string;
  /** Where preemption made room. */
  nominatedNode: string | undefined;
  ended: number | undefined;
}

/** How many verdicts and rows of scores a record holds on to. */
export function weightOf({ search }: AttemptRecord): number {
  if (search.type === "found") return 1 + search.evaluated;
  if (search.type === "error") return 1;
  return 1 + (search.diagnosis.preFilterMessage === "" ? search.diagnosis.rejections.size : 0);
}
