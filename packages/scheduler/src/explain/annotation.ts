import type { Pod } from "@pinnace/api";
import type { AttemptRecord } from "./attempt-record.ts";
import { describeAttempt } from "./describe-attempt.ts";

/** `"true"` on a pod asks the scheduler to write why it is where it is, or nowhere, to {@link EXPLANATION_ANNOTATION}. */
export const EXPLAIN_ANNOTATION = "scheduling.pinnace.dev/explain";
/** JSON: `outcome`, `message`, `nodes` (the best, then some that do not fit), `omittedNodes`. */
export const EXPLANATION_ANNOTATION = "scheduling.pinnace.dev/explanation";

/** Scores of so many nodes are kept of every attempt; of more only for pods that ask, because they cost time. */
const FEW_NODES = 64;

/** Whether the scores of an attempt are to be kept. */
export function wantsScores({ metadata }: Pod, feasible: number): boolean {
  return feasible <= FEW_NODES || metadata?.annotations?.[EXPLAIN_ANNOTATION] === "true";
}

/** Nodes of each kind that the annotation has room for. */
const MOST = 10;

/**
 * What is to be written to a pod that asks for it; undefined when it does not, or when that is there. It says neither time
 * nor number of the attempt, so that attempts that end alike change nothing.
 */
export function explanationPatch(pod: Pod, record: AttemptRecord): Readonly<Record<string, string>> | undefined {
  const annotations = pod.metadata?.annotations as Readonly<Record<string, string>> | undefined;
  if (annotations?.[EXPLAIN_ANNOTATION] !== "true") return undefined;
  const { outcome, message, nodeName, nominatedNodeName, preFilter, nodes = [] } = describeAttempt(record, true);
  const [fitting, others] = [nodes.filter(({ fits }) => fits), nodes.filter(({ fits }) => !fits)];
  const shown = [...fitting.slice(0, MOST), ...others.slice(0, MOST)];
  const omittedNodes = nodes.length - shown.length;
  const summary = { outcome, message, nodeName, nominatedNodeName, preFilter, nodes: shown };
  const text = JSON.stringify(omittedNodes === 0 ? summary : { ...summary, omittedNodes });
  return annotations[EXPLANATION_ANNOTATION] === text ? undefined : { [EXPLANATION_ANNOTATION]: text };
}
