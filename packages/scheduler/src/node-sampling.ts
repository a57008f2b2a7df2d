/** Fewer nodes than this are always all looked at. */
const MIN_NODES = 100;
const MIN_PERCENTAGE = 5;

/**
 * How many fitting nodes are enough. `percentage` 0 adapts: 50 % less one per 125 nodes, at least 5 %
 * (`percentageOfNodesToScore`).
 */
export function enoughNodes(nodeCount: number, percentage: number): number {
  if (nodeCount < MIN_NODES || percentage >= 100) return nodeCount;
  const adaptive = Math.max(50 - Math.floor(nodeCount / 125), MIN_PERCENTAGE);
  const share = percentage > 0 ? percentage : adaptive;
  return Math.max(Math.floor((nodeCount * share) / 100), MIN_NODES);
}
