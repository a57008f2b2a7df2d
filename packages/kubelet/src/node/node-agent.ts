import type { ClientFactory, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import { createEventRecorder } from "@pinnace/controller-runtime";
import type { ContainerRuntime } from "@pinnace/cri";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import { createNodeVolumeHost } from "@pinnace/storage/node";
import type { Kubelet, KubeletOptions, NodeDescription } from "../contract.ts";
import { createKubelet } from "../kubelet.ts";
import { createObjectSource } from "../object-source.ts";
import { informerPodSource, informerServices } from "../pod-source.ts";
import { createProber } from "../probes/create-prober.ts";
import { createNodeCgroups, type NodeCgroupsOptions } from "./cgroups/node-cgroups.ts";
import { LogRotator, type LogRotatorOptions } from "./logs/log-rotator.ts";
import { readResolver } from "./machine.ts";
import { createNodeNetwork } from "./node-network.ts";
import { createNodePodFiles, type NodePodFilesOptions } from "./node-pod-files.ts";
import { createStreamServer } from "./streaming/stream-server.ts";

export interface NodeAgentComponents {
  readonly clients: ClientFactory;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The registry of the component `kubelet`. */
  readonly metrics: MetricRegistry;
  readonly runtime: ContainerRuntime;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface NodeAgentOptions
  extends NodePodFilesOptions,
    Pick<KubeletOptions, "clusterDns" | "clusterDomain" | "relistPeriod"> {
  /** See `describeMachine`. */
  readonly node: NodeDescription;
  readonly cgroups?: NodeCgroupsOptions;
  readonly logs?: LogRotatorOptions;
  /** The resolv.conf(5) that pods inherit, default `/etc/resolv.conf`. */
  readonly resolverPath?: string;
  /** Speak as `system:node:<name>` in process; false: with the transport's own credentials. Default true. */
  readonly impersonate?: boolean;
}

/** A kubelet on this machine with everything it needs, over a container runtime such as containerd's. */
export async function createNodeAgent(components: NodeAgentComponents, options: NodeAgentOptions): Promise<Kubelet> {
  const { clock, informers, metrics, random, runtime, clients } = components;
  const { node } = options;
  const logger = components.logger.child({ component: "kubelet", node: node.name });
  const user = { name: `system:node:${node.name}`, groups: ["system:nodes", "system:authenticated"] };
  const client = clients.client({ program: "kubelet", ...(options.impersonate === false ? {} : { user }) });
  const events = createEventRecorder({ client, clock, logger, component: "kubelet", host: node.name });
  const objects = createObjectSource(client, clock);
  const network = createNodeNetwork(clock);
  const rotator = new LogRotator({ runtime, clock, logger }, options.logs);
  const resolver = await readResolver(options.resolverPath);
  const resources = { allocatable: node.allocatable ?? node.capacity };
  const root = options.rootDirectory === undefined ? {} : { rootDirectory: options.rootDirectory };
  const kubelet = createKubelet(
    {
      client,
      pods: informerPodSource(informers, node.name),
      services: informerServices(informers),
      objects,
      clock,
      logger,
      metrics,
      events,
      runtime,
      volumes: createNodeVolumeHost({ objects, node: resources, now: () => clock.now() }, root),
      files: createNodePodFiles(clock, options),
      cgroups: createNodeCgroups(clock, options.cgroups),
      prober: createProber({ runtime, network, clock }),
      network,
      streams: createStreamServer({ clock, logger }),
      random,
    },
    { ...options, resolver },
  );
  return {
    handler: kubelet.handler,
    node: kubelet.node,
    start: async () => {
      await kubelet.start();
      rotator.start();
    },
    stop: async () => {
      rotator.stop();
      await kubelet.stop();
      events.stop();
    },
  };
}
