import type { NodeInfo, PodInfo } from "@pinnace/scheduler-framework";

/** Pods that preemption has made room for, until they are bound: others must leave that room to them. */
export class Nominations {
  readonly #byNode = new Map<string, Map<string, PodInfo>>();
  readonly #nodes = new Map<string, string>();

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  set(pod: PodInfo, nodeName: string): void {
    const uid = pod.pod.metadata?.uid ?? "";
    this.delete(uid);
    if (nodeName === "") return;
    this.#nodes.set(uid, nodeName);
    const pods = this.#byNode.get(nodeName) ?? new Map<string, PodInfo>();
    this.#byNode.set(nodeName, pods.set(uid, pod));
  }

  delete(uid: string): void {
    const nodeName = this.#nodes.get(uid);
    if (nodeName === undefined) return;
    this.#nodes.delete(uid);
    const pods = this.#byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(nodeName);
  }

  nodeOf(uid: string): string | undefined {
    return this.#nodes.get(uid);
  }

  /** The names of all nodes that pods are nominated to. */
  nodes(): readonly string[] {
    return [...this.#byNode.keys()];
  }

  /** Nominated pods of a node that are less important than `pod`. */
  weaker(nodeName: string, pod: PodInfo): readonly PodInfo[] {
    const priority = pod.pod.spec?.priority ?? 0;
    return [...(this.#byNode.get(nodeName)?.values() ?? [])].filter(
      (other) => (other.pod.spec?.priority ?? 0) < priority,
    );
  }

  /** Nominated pods of a node, other than `pod`, that are at least as important. */
  rivals(node: NodeInfo, pod: PodInfo): readonly PodInfo[] {
    const pods = this.#byNode.get(node.name);
    if (pods === undefined || pods.size === 0) return [];
    const priority = pod.pod.spec?.priority ?? 0;
    const uid = pod.pod.metadata?.uid;
    return [...pods.values()].filter(
      (other) => other.pod.metadata?.uid !== uid && (other.pod.spec?.priority ?? 0) >= priority,
    );
  }
}
