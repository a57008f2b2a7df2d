import type { Status } from "../contract/status.ts";

/**
 * Why none of `nodeCount` nodes fits, upstream's text: `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated
 * taint(s).` The reasons of `absent` count for every node that has no rejection of its own.
 */
export function fitMessage(nodeCount: number, rejections: Iterable<Status>, absent?: Status): string {
  const counts = new Map<string, number>();
  const add = ({ reasons }: Status, times: number): void => {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + times);
  };
  let rejected = 0;
  for (const status of rejections) {
    add(status, 1);
    rejected += 1;
  }
  if (absent !== undefined && nodeCount > rejected) add(absent, nodeCount - rejected);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodeCount} nodes are available: ${reasons.join(", ")}.`;
}
