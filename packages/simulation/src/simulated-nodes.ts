import type { Node, Pod } from "@pinnace/api";
import type { ApiHandler } from "@pinnace/apimachinery";
import type { ClientFactory, ClientIdentity, InformerFactory } from "@pinnace/client";
import type { Clock, Timer } from "@pinnace/clock";
import { createEventRecorder, type EventRecorder } from "@pinnace/controller-runtime";
import type { ContainerRuntime } from "@pinnace/cri";
import { messageOf } from "@pinnace/errors";
import {
  createKubelet,
  createSharedObjectSource,
  informerServices,
  type Kubelet,
  type KubeletComponents,
  type NodeDescription,
  type StreamServer,
} from "@pinnace/kubelet";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import { createMemoryVolumeHost } from "@pinnace/storage";
import type { Subscription } from "rxjs";
import { deferEvents } from "./deferred-events.ts";
import { watchOrphanNodes } from "./node-adoption.ts";
import { describeAdopted, describeNode, podCidrOf, type SimulatedNodeTemplate } from "./node-description.ts";
import { PodDispatcher } from "./pod-dispatcher.ts";
import { simulatedCgroups, simulatedPodFiles } from "./pod-files.ts";
import { createSimulatedProber, simulatedNetwork } from "./prober.ts";
import { createSimulatedRuntime, type SimulatedRuntimeOptions } from "./runtime.ts";

/** The DI token of the {@link SimulatedNodes}. */
export const SIMULATED_NODES: unique symbol = Symbol.for("pinnace.simulation.nodes") as never;

/** Milliseconds between renewals of a Lease. */
const LEASE_PERIOD = 10_000;
/** Renewals between looks at a node's status. */
const STATUS_EVERY = 30;
/** Nodes whose Leases are renewed by one timer; with many nodes there are more timers, spread over the period. */
const GROUP_SIZE = 50;
const MAX_GROUPS = 10;
/** Requests that a group or the start has under way at once. */
const PARALLEL = 16;

export interface SimulatedNodesComponents {
  /** Each node speaks as itself: `system:node:<name>`. */
  readonly clients: ClientFactory;
  /** Shared by all nodes, with a right to read pods, services, ConfigMaps and Secrets. */
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricRegistry;
  /** Where events go instead of the API server, such as nowhere. */
  readonly events?: EventRecorder;
  /** Uniform in [0, 1), seeded where a run must repeat. */
  readonly random: () => number;
  /** Serves exec, attach and port-forward over sockets; default: only to callers of the same process. */
  readonly streams?: StreamServer;
}

export interface SimulatedNodesOptions
  extends SimulatedNodeTemplate,
    Pick<SimulatedRuntimeOptions, "delays" | "jitter"> {
  /** Default 1. */
  readonly count?: number;
  /**
   * Whether Nodes that somebody creates by hand (`kubectl create -f node.yaml`) are run, too, unless their Lease has
   * another holder. Default: when there is at least one node of `count`.
   */
  readonly adopt?: boolean;
  /** Default `sim-`: nodes are `sim-0`, `sim-1`, ... */
  readonly namePrefix?: string;
  readonly clusterDns?: readonly string[];
  readonly clusterDomain?: string;
}

/** Simulated nodes of one process. */
export interface SimulatedNodes {
  /** Registers the nodes and starts their kubelets; resolves when all are Ready. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Adds one node while running. */
  add(template?: SimulatedNodeTemplate & { readonly name?: string }): Promise<string>;
  /** The node dies: its kubelet stops, its Lease runs out, its Node stays. Unknown names are no error. */
  crash(name: string): Promise<void>;
  /** A crashed node comes back with nothing running, like after a reboot. */
  restart(name: string): Promise<void>;
  /** The kubelet's API of a node, for the API server's NodeConnector; undefined when it is not one of these. */
  handler(name: string): ApiHandler | undefined;
  readonly names: readonly string[];
}

interface SimulatedNode {
  readonly name: string;
  readonly index: number;
  readonly description: NodeDescription;
  kubelet: Kubelet;
  runtime: ContainerRuntime;
  stopEvents: () => void;
  alive: boolean;
  beats: number;
  /** Created by hand: it goes when its Node is deleted or another holder takes its Lease. */
  readonly adopted: boolean;
}

/** Makes simulated nodes; nothing happens before {@link SimulatedNodes.start}. */
export function createSimulatedNodes(
  components: SimulatedNodesComponents,
  options: SimulatedNodesOptions = {},
): SimulatedNodes {
  return new NodePool(components, options);
}

class NodePool implements SimulatedNodes {
  readonly #components: SimulatedNodesComponents;
  readonly #options: SimulatedNodesOptions;
  readonly #dispatcher: PodDispatcher;
  readonly #shared: Pick<KubeletComponents, "services" | "objects" | "prober">;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #timers: Timer[] = [];
  #running = false;
  #nextIndex = 0;
  #adoption: Subscription | undefined;

  constructor(components: SimulatedNodesComponents, options: SimulatedNodesOptions) {
    this.#components = components;
    this.#options = options;
    this.#dispatcher = new PodDispatcher(components.informers);
    this.#shared = {
      services: informerServices(components.informers),
      objects: createSharedObjectSource(
        components.clients.client({
          program: "kubelet",
          user: { name: "system:apiserver", groups: ["system:masters"] },
        }),
        components.informers,
        components.clock,
      ),
      prober: createSimulatedProber(),
    };
    for (let count = 0; count < (options.count ?? 1); count++) this.#create(undefined, options);
  }

  get names(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#dispatcher.start();
    await inParallel([...this.#nodes.values()], (node) => this.#boot(node));
    const groups = Math.min(MAX_GROUPS, Math.max(1, Math.ceil(this.#nodes.size / GROUP_SIZE)));
    for (let group = 0; group < groups; group++) this.#scheduleGroup(group, groups);
    if (this.#options.adopt ?? this.#nodes.size > 0)
      this.#adoption = watchOrphanNodes(this.#components.informers, {
        adopt: (node) => void this.#adopt(node),
        release: (name) => void this.#release(name),
      });
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#adoption?.unsubscribe();
    for (const timer of this.#timers) timer.cancel();
    this.#dispatcher.stop();
    await Promise.all([...this.#nodes.values()].map(halt));
  }

  async add(template: SimulatedNodeTemplate & { readonly name?: string } = {}): Promise<string> {
    const node = this.#create(template.name, { ...this.#options, ...template });
    if (this.#running) await this.#boot(node);
    return node.name;
  }

  async crash(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node?.alive) return;
    node.alive = false;
    await halt(node);
  }

  async restart(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node || node.alive) return;
    Object.assign(node, this.#machine(node.description));
    await this.#boot(node);
  }

  handler(name: string): ApiHandler | undefined {
    const node = this.#nodes.get(name);
    return node?.alive ? node.kubelet.handler : undefined;
  }

  #create(name: string | undefined, template: SimulatedNodeTemplate): SimulatedNode {
    const index = this.#nextIndex++;
    const own = name ?? `${this.#options.namePrefix ?? "sim-"}${index}`;
    return this.#add(describeNode(own, index, template), index, false);
  }

  #add(description: NodeDescription, index: number, adopted: boolean): SimulatedNode {
    const { name } = description;
    const node = { name, index, description, alive: true, beats: 0, adopted, ...this.#machine(description) };
    this.#nodes.set(name, node);
    return node;
  }

  async #adopt(object: Node): Promise<void> {
    const name = object.metadata?.name ?? "";
    if (this.#nodes.has(name)) return;
    const index = this.#nextIndex++;
    const node = this.#add(describeAdopted(object, index), index, true);
    node.kubelet.node.adopt(object);
    try {
      if (!(await node.kubelet.node.renewLease())) return await this.#release(name);
      await node.kubelet.node.updateStatus();
      await node.kubelet.start();
    } catch (error) {
      this.#components.logger.warn("could not take a node over", { node: name, error: messageOf(error) });
    }
  }

  async #release(name: string): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node?.adopted) return;
    this.#nodes.delete(name);
    this.#dispatcher.forget(name);
    node.alive = false;
    await halt(node);
  }

  #machine(node: NodeDescription): Pick<SimulatedNode, "kubelet" | "runtime" | "stopEvents"> {
    const { name } = node;
    const { clock, random, logger, clients } = this.#components;
    const client = clients.client(nodeIdentity(name));
    const recorder = createEventRecorder({ client, clock, logger, component: "kubelet", host: name });
    const { delays, jitter, clusterDns, clusterDomain } = this.#options;
    const volumes = createMemoryVolumeHost({
      objects: this.#shared.objects,
      node: { allocatable: node.allocatable ?? node.capacity },
    });
    const pods = this.#dispatcher.source(name);
    const runtime = createSimulatedRuntime(
      {
        clock,
        random,
        files: (path) => volumes.files(path),
        ofJob: (namespace, pod) => isOfJob(pods.get(`${namespace}/${pod}`)),
      },
      {
        podCIDR: node.podCIDR ?? podCidrOf(0),
        ...(delays ? { delays } : {}),
        ...(jitter === undefined ? {} : { jitter }),
      },
    );
    const kubelet = createKubelet(
      {
        ...this.#components,
        ...this.#shared,
        client,
        events: this.#components.events ?? deferEvents(recorder, clock),
        pods,
        runtime,
        volumes,
        files: simulatedPodFiles,
        cgroups: simulatedCgroups,
        network: simulatedNetwork,
      },
      {
        node,
        heartbeat: false,
        relistPeriod: 0,
        reportProgress: delays !== undefined,
        ...(clusterDns ? { clusterDns } : {}),
        ...(clusterDomain === undefined ? {} : { clusterDomain }),
      },
    );
    return { kubelet, runtime, stopEvents: () => recorder.stop() };
  }

  async #boot(node: SimulatedNode): Promise<void> {
    node.alive = true;
    await node.kubelet.node.register();
    await node.kubelet.start();
    void this.#beat(node);
  }

  #scheduleGroup(group: number, groups: number): void {
    const { clock } = this.#components;
    const beatAll = (): void => {
      const members = [...this.#nodes.values()].filter(({ index, alive }) => alive && index % groups === group);
      void inParallel(members, (node) => this.#beat(node));
    };
    const begin = (): void => {
      this.#timers.push(clock.setInterval(beatAll, LEASE_PERIOD));
      if (group > 0) beatAll();
    };
    if (group === 0) begin();
    else this.#timers.push(clock.setTimeout(begin, (LEASE_PERIOD * group) / groups));
  }

  /** Renews the Lease, and now and then the status; what failed is tried again with the next beat. */
  async #beat(node: SimulatedNode): Promise<void> {
    try {
      const mine = await node.kubelet.node.renewLease();
      node.beats += 1;
      if (!mine) await this.#release(node.name);
      else if (node.beats % STATUS_EVERY === 0) await node.kubelet.node.updateStatus();
    } catch (error) {
      if (this.#running && node.alive)
        this.#components.logger.warn("heartbeat failed", { node: node.name, error: messageOf(error) });
    }
  }
}

function isOfJob(pod: Pod | undefined): boolean {
  return (pod?.metadata?.ownerReferences ?? []).some(({ kind }) => kind === "Job");
}

async function halt({ kubelet, runtime, stopEvents }: SimulatedNode): Promise<void> {
  await kubelet.stop();
  stopEvents();
  await runtime.close();
}

/** As whom the kubelet of a node speaks in process. */
function nodeIdentity(name: string): ClientIdentity {
  return {
    program: "kubelet",
    user: { name: `system:node:${name}`, groups: ["system:nodes", "system:authenticated"] },
  };
}

/** Does something for each item, a few at a time. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, run));
}
