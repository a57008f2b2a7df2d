import { type ContainerImage, LEASES, type Lease, NODES, type Node } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import type { Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { EventRecorder } from "@pinnace/controller-runtime";
import type { ContainerRuntime } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import type { NodeDescription, NodeHeartbeat } from "../contract.ts";
import { rfc3339Micro } from "../status/time-text.ts";
import { type NodeFacts, nodeLabels, nodeObject, nodeStatus } from "./node-object.ts";

const LEASE_NAMESPACE = "kube-node-lease";
/** Seconds after which others may call the node dead. */
const LEASE_DURATION = 40;
/** Milliseconds between status writes when nothing has changed. */
const REPORT_PERIOD = 300_000;
const MAX_IMAGES = 50;

interface HeartbeatComponents {
  readonly client: Client;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
}

/** The Node object and its Lease, kept by one kubelet. */
export function createNodeHeartbeat(components: HeartbeatComponents, node: NodeDescription): NodeHeartbeat {
  return new Heartbeat(components, node);
}

class Heartbeat implements NodeHeartbeat {
  readonly #components: HeartbeatComponents;
  readonly #description: NodeDescription;
  #node: Node | undefined;
  #lease: Lease | undefined;
  #reported = { text: "", at: Number.NEGATIVE_INFINITY };

  constructor(components: HeartbeatComponents, description: NodeDescription) {
    this.#components = components;
    this.#description = description;
  }

  async register(): Promise<void> {
    const nodes = this.#components.client.resource(NODES);
    const facts = await this.#facts();
    try {
      this.#node = await nodes.create(nodeObject(this.#description, facts));
      if (this.#node.status?.conditions?.length) this.#remember(facts);
    } catch (error) {
      if (!hasReason(error, "AlreadyExists")) throw error;
      const body = {
        metadata: { labels: nodeLabels(this.#description), annotations: this.#description.annotations ?? {} },
      };
      this.#node = await nodes.patch(this.#description.name, { type: "strategic", body });
      this.#reported = { text: "", at: Number.NEGATIVE_INFINITY };
    }
    this.#components.events.event(this.#node, "Normal", "Starting", "Starting kubelet.");
    await this.#write(facts);
  }

  adopt(node: Node): void {
    this.#node = node;
    this.#reported = { text: "", at: Number.NEGATIVE_INFINITY };
  }

  async updateStatus(): Promise<void> {
    if (!this.#node) return this.register();
    await this.#write(await this.#facts());
  }

  async renewLease(): Promise<boolean> {
    const leases = this.#components.client.resource(LEASES).namespace(LEASE_NAMESPACE);
    const holder = this.#description.name;
    try {
      this.#lease ??= await leases.get(holder);
    } catch (error) {
      if (!hasReason(error, "NotFound")) throw error;
      this.#lease = await leases.create(this.#leaseObject(undefined));
      return true;
    }
    if (this.#lease.spec?.holderIdentity !== undefined && this.#lease.spec.holderIdentity !== holder) {
      this.#lease = undefined;
      return false;
    }
    const known = this.#lease;
    this.#lease = undefined;
    this.#lease = await leases.update(this.#leaseObject(known));
    return true;
  }

  async #write(facts: NodeFacts): Promise<void> {
    const { client, events } = this.#components;
    const before = this.#node?.status?.conditions ?? [];
    const text = textOf(this.#description, facts);
    if (text === this.#reported.text && facts.now - this.#reported.at < REPORT_PERIOD) return;
    const status = nodeStatus(this.#description, facts, before);
    const patch = { type: "strategic", body: { status } } as const;
    const wasReady = before.find(({ type }) => type === "Ready")?.status;
    try {
      this.#node = await client.resource(NODES).patch(this.#description.name, patch, { subresource: "status" });
    } catch (error) {
      if (hasReason(error, "NotFound")) this.#node = undefined;
      throw error;
    }
    this.#reported = { text, at: facts.now };
    const ready = facts.notReady === undefined;
    if ((wasReady === "True") !== ready) {
      const reason = ready ? "NodeReady" : "NodeNotReady";
      events.event(this.#node, "Normal", reason, `Node ${this.#description.name} status is now: ${reason}`);
    }
  }

  #remember(facts: NodeFacts): void {
    this.#reported = { text: textOf(this.#description, facts), at: facts.now };
  }

  async #facts(): Promise<NodeFacts> {
    const { runtime, clock } = this.#components;
    const now = clock.now();
    try {
      const [version, status, images] = await Promise.all([runtime.version(), runtime.status(), runtime.listImages()]);
      const runtimeVersion = `${version.runtimeName}://${version.runtimeVersion}`;
      const ready = status.runtimeReady && status.networkReady;
      return { now, runtimeVersion, notReady: ready ? undefined : status.message, images: imageList(images) };
    } catch (error) {
      return { now, runtimeVersion: "Unknown", notReady: `container runtime is down: ${messageOf(error)}`, images: [] };
    }
  }

  #leaseObject(before: Lease | undefined): Lease {
    const { name } = this.#description;
    const uid = this.#node?.metadata?.uid;
    const owner = uid === undefined ? [] : [{ apiVersion: "v1", kind: "Node", name, uid }];
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { ...before?.metadata, name, namespace: LEASE_NAMESPACE, ownerReferences: owner },
      spec: {
        holderIdentity: name,
        leaseDurationSeconds: LEASE_DURATION,
        renewTime: rfc3339Micro(this.#components.clock.now()),
      },
    };
  }
}

function textOf(node: NodeDescription, { runtimeVersion, notReady, images }: NodeFacts): string {
  return JSON.stringify([node, runtimeVersion, notReady, images]);
}

function imageList(images: Awaited<ReturnType<ContainerRuntime["listImages"]>>): readonly ContainerImage[] {
  return [...images]
    .sort((a, b) => b.size - a.size)
    .slice(0, MAX_IMAGES)
    .map(({ repoDigests, repoTags, size }) => ({ names: [...repoDigests, ...repoTags].slice(0, 5), sizeBytes: size }));
}
