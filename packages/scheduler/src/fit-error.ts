import { fitMessage, type Status } from "@pinnace/scheduler-framework";

/** Why no node takes a pod. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** The verdict of each node that was looked at and rejected. */
  readonly rejections: ReadonlyMap<string, Status>;
  /** For nodes that were not looked at because a PreFilter left them out. */
  readonly absent: Status | undefined;
  /** Set when a PreFilter rejected all nodes at once. */
  readonly preFilterMessage: string;
  readonly postFilterMessage: string;
  /** Who rejected; the queue asks them about events. */
  readonly plugins: ReadonlySet<string>;
}

/** upstream's text: `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s). preemption: ...`. */
export function fitErrorMessage(diagnosis: Diagnosis): string {
  const { nodeCount, rejections, absent, preFilterMessage, postFilterMessage } = diagnosis;
  if (nodeCount === 0) return "no nodes available to schedule pods";
  const tail = postFilterMessage === "" ? "" : ` ${postFilterMessage}`;
  if (preFilterMessage !== "") return `0/${nodeCount} nodes are available: ${preFilterMessage}.${tail}`;
  return fitMessage(nodeCount, rejections.values(), absent) + tail;
}
