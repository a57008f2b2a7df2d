import { LEASES, type Lease, NODES, type Node, PODS, type Pod, type Taint } from "@pinnace/api";
import { formatTime, hasReason } from "@pinnace/apimachinery";
import type { Informer } from "@pinnace/client";
import {
  type ControllerComponents,
  type ControllerDefinition,
  findCondition,
  isConditionTrue,
  isPodReady,
  type ReconcileResult,
  watchOf,
} from "@pinnace/controller-runtime";
import { isSilent, type NodeHealth, observeHealth, silentConditions } from "./node-health.ts";
import { withConditionTaints, withEvictionTaints } from "./node-taints.ts";
import { evictionPeriods, zoneOf } from "./zone-pace.ts";

const MONITOR = "";
/** How often all nodes are looked at, milliseconds (`--node-monitor-period`). */
const MONITOR_PERIOD = 5000;
const LEASE_NAMESPACE = "kube-node-lease";
/** Old names of labels that kubelets set under their new ones only. */
const LABEL_TWINS: readonly (readonly [string, string])[] = [
  ["kubernetes.io/os", "beta.kubernetes.io/os"],
  ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
];

/** Watches over nodes: notices silence, taints by condition, marks pods of lost nodes not ready. */
export class NodeLifecycleController implements ControllerDefinition {
  readonly concurrency = 8;
  readonly initialKeys: readonly string[] = [MONITOR];
  readonly watches: ControllerDefinition["watches"];
  readonly #components: ControllerComponents;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #leases: Informer<Lease>;
  readonly #health = new Map<string, NodeHealth>();
  readonly #known = new Map<string, Node>();
  /** When a node of each zone was given up last. */
  readonly #lastEvictions = new Map<string, number>();

  constructor(components: ControllerComponents) {
    const { informers } = components;
    this.#components = components;
    this.#nodes = informers.informer(NODES);
    this.#pods = informers.informer(PODS, { indexes: { node: (pod) => [pod.spec?.nodeName ?? ""] } });
    this.#leases = informers.informer(LEASES);
    this.watches = [
      watchOf(this.#nodes, ({ type, object }) => (type === "delete" ? [] : [object.metadata?.name ?? ""])),
      watchOf(this.#pods, () => []),
      watchOf(this.#leases, () => []),
    ];
  }

  async reconcile(key: string): Promise<ReconcileResult | undefined> {
    if (key === MONITOR) return this.#monitorAll();
    const node = this.#nodes.lister.get(key);
    if (node === undefined) return undefined;
    const taints = withConditionTaints(node, this.#components.clock.now());
    if (taints !== undefined) await this.#setTaints(node, taints);
    await this.#completeLabels(node);
    if (isConditionTrue(node.status?.conditions, "Ready")) await this.#setEvictionTaints(node, false);
    return undefined;
  }

  async #monitorAll(): Promise<ReconcileResult> {
    this.#register();
    const nodes = this.#nodes.lister.list();
    for (const node of nodes) await this.#monitor(node).catch((error: unknown) => this.#warn(node, error));
    const periods = evictionPeriods(this.#nodes.lister.list());
    for (const node of this.#nodes.lister.list())
      await this.#evict(node, periods).catch((error: unknown) => this.#warn(node, error));
    return { requeueAfter: MONITOR_PERIOD };
  }

  #register(): void {
    const nodes = new Map(this.#nodes.lister.list().map((node) => [node.metadata?.uid ?? "", node]));
    for (const [uid, node] of nodes)
      if (!this.#known.has(uid)) this.#nodeEvent(node, "RegisteredNode", "Registered Node", "in Controller");
    for (const [uid, node] of this.#known) {
      if (nodes.has(uid)) continue;
      this.#nodeEvent(node, "RemovingNode", "Removing Node", "from Controller");
      this.#health.delete(uid);
      this.#known.delete(uid);
    }
    for (const [uid, node] of nodes) this.#known.set(uid, node);
  }

  async #monitor(node: Node): Promise<void> {
    const { clock, events } = this.#components;
    const { name = "", uid = "" } = node.metadata ?? {};
    const now = clock.now();
    const lease = this.#leases.lister.get(`${LEASE_NAMESPACE}/${name}`);
    const health = observeHealth(this.#health.get(uid), node, lease, now);
    this.#health.set(uid, health);
    const before = findCondition(node.status?.conditions, "Ready")?.status;
    let ready = before;
    if (isSilent(health, now) && before !== "Unknown") {
      const conditions = silentConditions(node, now);
      await this.#components.client.resource(NODES).updateStatus({ ...node, status: { ...node.status, conditions } });
      ready = "Unknown";
    }
    if (ready === "True" || ready === undefined) return;
    if (before === "True") events.event(node, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
    await this.#markPodsNotReady(name);
  }

  async #markPodsNotReady(nodeName: string): Promise<void> {
    const { client, clock, events } = this.#components;
    for (const pod of this.#pods.lister.byIndex("node", nodeName)) {
      if (!isPodReady(pod)) continue;
      const { name = "", namespace = "" } = pod.metadata ?? {};
      const condition = { type: "Ready", status: "False", lastTransitionTime: formatTime(clock.now()) };
      events.event(pod, "Warning", "NodeNotReady", "Node is not ready");
      await client
        .resource(PODS)
        .namespace(namespace)
        .patch(name, { type: "strategic", body: { status: { conditions: [condition] } } }, { subresource: "status" })
        .catch(ignoreNotFound);
    }
  }

  async #evict(node: Node, periods: ReadonlyMap<string, number> | undefined): Promise<void> {
    const now = this.#components.clock.now();
    const zone = zoneOf(node);
    const adds = periods !== undefined && withEvictionTaints(node, true, now) !== undefined;
    const lost = findCondition(node.status?.conditions, "Ready")?.status;
    if (adds && lost !== "True" && lost !== undefined) {
      const last = this.#lastEvictions.get(zone) ?? Number.NEGATIVE_INFINITY;
      const period = periods.get(zone) ?? Number.POSITIVE_INFINITY;
      if (period === Number.POSITIVE_INFINITY || now - last < period) return;
      this.#lastEvictions.set(zone, now);
    }
    await this.#setEvictionTaints(node, periods !== undefined);
  }

  async #setEvictionTaints(node: Node, evict: boolean): Promise<void> {
    const taints = withEvictionTaints(node, evict, this.#components.clock.now());
    if (taints !== undefined) await this.#setTaints(node, taints);
  }

  /** Replaces all taints; fails with a conflict when the node has changed. */
  async #setTaints(node: Node, taints: readonly Taint[]): Promise<void> {
    const { name = "", resourceVersion } = node.metadata ?? {};
    const body = { metadata: { resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } };
    await this.#components.client.resource(NODES).patch(name, { type: "merge", body }).catch(ignoreNotFound);
  }

  async #completeLabels({ metadata }: Node): Promise<void> {
    const labels: Record<string, string> = {};
    for (const [primary, twin] of LABEL_TWINS) {
      const value = metadata?.labels?.[primary];
      if (value !== undefined && metadata?.labels?.[twin] !== value) labels[twin] = value;
    }
    if (Object.keys(labels).length === 0) return;
    const body = { metadata: { labels } };
    await this.#components.client
      .resource(NODES)
      .patch(metadata?.name ?? "", { type: "merge", body })
      .catch(ignoreNotFound);
  }

  #nodeEvent(node: Node, reason: string, before: string, after: string): void {
    const name = node.metadata?.name ?? "";
    this.#components.events.event(node, "Normal", reason, `Node ${name} event: ${before} ${name} ${after}`);
  }

  #warn(node: Node, error: unknown): void {
    if (hasReason(error, "Conflict")) return;
    this.#components.logger.warn("a node could not be looked after", { node: node.metadata?.name, error });
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (!hasReason(error, "NotFound")) throw error;
  return undefined;
}
