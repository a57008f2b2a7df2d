import type { Node } from "@pinnace/api";
import { createNodeInfo, createPodInfo, type NodeInfo, withPod } from "@pinnace/scheduler-framework";
import type { SimulatedPod, Simulation } from "./simulation.ts";

/** So many more nodes like one that is there would take all pods. */
export interface MissingNodes {
  /** The name of a node. */
  readonly like: string;
  readonly nodes: number;
}

/** Kinds of nodes that are tried, and nodes of a kind that are added. */
const MOST_KINDS = 20;
const MOST_NODES = 1_000;
const HOSTNAME = "kubernetes.io/hostname";

/**
 * How many nodes are missing, for each kind of node that is there (alike in labels, taints and size) and would help; the
 * fewest first. A new node is thought to run what DaemonSets run on its model.
 */
export async function missingNodes(
  pods: readonly SimulatedPod[],
  nodes: readonly NodeInfo[],
  simulate: () => Simulation,
  pause: () => Promise<void>,
): Promise<readonly MissingNodes[]> {
  const found: MissingNodes[] = [];
  for (const model of kindsOf(nodes)) {
    const count = await countMissing(pods, model, simulate(), pause);
    if (count !== undefined) found.push({ like: model.name, nodes: count });
  }
  return found.sort((a, b) => a.nodes - b.nodes || (a.like < b.like ? -1 : 1));
}

async function countMissing(
  pods: readonly SimulatedPod[],
  model: NodeInfo,
  simulation: Simulation,
  pause: () => Promise<void>,
): Promise<number | undefined> {
  let added = 0;
  for (const pod of pods) {
    await pause();
    if ((await simulation.place(pod)).nodeName !== undefined) continue;
    if (added === MOST_NODES) return undefined;
    added += 1;
    const copy = copyOf(model, added);
    simulation.addNode(copy);
    if ((await simulation.place(pod)).nodeName === undefined) return undefined;
  }
  return added;
}

function kindsOf(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const kinds = new Map<string, NodeInfo>();
  for (const info of nodes) {
    const { spec, status, metadata } = info.node;
    if (spec?.unschedulable === true) continue;
    const { [HOSTNAME]: _hostname, ...labels } = { ...metadata?.labels } as Readonly<Record<string, string>>;
    const key = JSON.stringify([Object.entries(labels).sort(), spec?.taints, status?.allocatable]);
    if (!kinds.has(key)) kinds.set(key, info);
    if (kinds.size === MOST_KINDS) break;
  }
  return [...kinds.values()];
}

/** A new node of the same kind, with the pods that every such node gets. */
function copyOf({ node, pods }: NodeInfo, number: number): NodeInfo {
  const name = `${node.metadata?.name}-copy-${number}`;
  const metadata = {
    ...node.metadata,
    ...{ name, uid: name },
    labels: { ...node.metadata?.labels, [HOSTNAME]: name },
  };
  let info = createNodeInfo({ ...node, metadata } as unknown as Node);
  for (const { pod } of pods) {
    if (!pod.metadata?.ownerReferences?.some(({ kind }) => kind === "DaemonSet")) continue;
    const copied = { ...pod, metadata: { ...pod.metadata, uid: `${pod.metadata.uid}-${name}` } };
    info = withPod(info, createPodInfo({ ...copied, spec: { ...pod.spec, nodeName: name } } as never));
  }
  return info;
}
