import type { NodeInfo } from "../contract/node-info.ts";

/** `region:zone` of a node; "" when it has neither. */
function zoneOf({ node }: NodeInfo): string {
  const labels = node.metadata?.labels ?? {};
  const region = labels["topology.kubernetes.io/region"] ?? labels["failure-domain.beta.kubernetes.io/region"] ?? "";
  const zone = labels["topology.kubernetes.io/zone"] ?? labels["failure-domain.beta.kubernetes.io/zone"] ?? "";
  return region === "" && zone === "" ? "" : `${region}:${zone}`;
}

/** One node of each zone after the other, so that trying only some nodes still spreads over zones. */
export function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    const list = zones.get(zone);
    if (list === undefined) zones.set(zone, [node]);
    else list.push(node);
  }
  if (zones.size === 1) return nodes;
  const lists = [...zones.values()];
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const order: NodeInfo[] = [];
  for (let index = 0; index < longest; index += 1) {
    for (const list of lists) if (index < list.length) order.push(list[index]!);
  }
  return order;
}
