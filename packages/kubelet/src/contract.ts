import type { Node, Pod, Service } from "@pinnace/api";
import type { ApiHandler } from "@pinnace/apimachinery";
import type { CacheEvent, Client } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { EventRecorder } from "@pinnace/controller-runtime";
import type { ContainerRuntime, LogLine, StreamEndpoint } from "@pinnace/cri";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { ObjectSource, VolumeHost } from "@pinnace/storage";
import type { Observable } from "rxjs";
import type { PodNetwork } from "./network.ts";
import type { Prober } from "./probes/prober.ts";

/** The DI token of the {@link Kubelet}. */
export const KUBELET: unique symbol = Symbol.for("pinnace.kubelet") as never;

/** The pods bound to one node, as a cache that is followed. Subscribing to `events` replays what is there. */
export interface PodSource {
  readonly events: Observable<CacheEvent<Pod>>;
  /** `namespace/name`. */
  get(key: string): Pod | undefined;
  list(): readonly Pod[];
  /** Resolves once all pods of the node are known: only then is a container without a pod an orphan. */
  whenSynced(signal: AbortSignal): Promise<void>;
}

/** Services for the environment of containers. */
export interface ServiceSource {
  inNamespace(namespace: string): readonly Service[];
}

/** Files of pods besides their volumes, and their logs on disk. */
export interface PodFiles {
  /** The folder given to the runtime for the logs of a pod: `/var/log/pods/<namespace>_<name>_<uid>`. */
  logDirectory(pod: Pod): string;
  /** Makes the folders of a pod, and those of its containers. */
  prepare(pod: Pod): Promise<void>;
  /** Writes the pod's `/etc/hosts`; the path on the node, or undefined where there are no files. */
  writeHosts(podUid: string, content: string): Promise<string | undefined>;
  /** An empty file for the termination message of one attempt of a container, or undefined. */
  createTerminationLog(podUid: string, container: string, attempt: number): Promise<string | undefined>;
  /** At most the last 4,096 bytes of that file (upstream's limit); undefined when there is none. */
  readTerminationLog(podUid: string, container: string, attempt: number): Promise<string | undefined>;
  /** Called when a container has started, to link its log into `/var/log/containers`. */
  linkLog(pod: Pod, container: string, containerId: string, logPath: string): Promise<void>;
  /** The lines of a container's log, rotated files first. Absent where the runtime itself keeps them. */
  readonly readLog?: (
    logPath: string,
    options: {
      readonly follow: boolean;
      readonly tailLines?: number;
      readonly signal: AbortSignal;
      /** Whether the container still runs; a followed log ends once it does not. */
      readonly running: () => Promise<boolean>;
    },
  ) => AsyncIterable<LogLine>;
  /** Deletes everything of a pod, logs included. */
  remove(pod: { readonly uid: string; readonly namespace: string; readonly name: string }): Promise<void>;
}

/** The cgroups of pods; the runtime makes those of containers below. */
export interface PodCgroups {
  /** Makes the cgroup of the pod with its limits; answers the parent for the runtime: `/kubepods/burstable/pod<uid>`. */
  ensure(pod: Pod): Promise<string>;
  remove(podUid: string): Promise<void>;
}

/**
 * Serves streams to a client over an upgraded connection. The Node implementation speaks WebSocket and SPDY; where there
 * is none (a browser), the kubelet answers 501.
 */
export interface StreamServer {
  /** Takes over `connection` (what the HTTP adapter passes to `UpgradeBody.handle`). */
  serve(connection: unknown, stream: StreamRequest): void;
}

/** What is to be streamed. `open` is called once the client's protocol is known. */
export type StreamRequest =
  | {
      readonly kind: "exec" | "attach";
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly open: () => Promise<StreamEndpoint>;
    }
  | {
      readonly kind: "portforward";
      /** As the query names them. Only clients that open WebSocket channels do; others name a port per stream. */
      readonly ports?: readonly string[];
      readonly open: (ports: readonly number[]) => Promise<StreamEndpoint>;
    };

/** What the machine is and offers. Quantities are texts (`4`, `8Gi`). */
export interface NodeDescription {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** The first InternalIP is the host IP of its pods. */
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly capacity: Readonly<Record<string, string>>;
  /** Default: the capacity. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly nodeInfo: NodeInfo;
  /** The kubelet's HTTPS port, default 10250. */
  readonly kubeletPort?: number;
  readonly providerId?: string;
  readonly podCIDR?: string;
  /** Write the Ready condition first, as node simulators do, instead of last, as kubelets do. Default false. */
  readonly readyFirst?: boolean;
}

/** `status.nodeInfo` besides what the runtime says of itself. */
export interface NodeInfo {
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly kubeletVersion: string;
}

/** Everything a kubelet works with. */
export interface KubeletComponents {
  readonly client: Client;
  readonly pods: PodSource;
  readonly services: ServiceSource;
  readonly objects: ObjectSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricRegistry;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly volumes: VolumeHost;
  readonly files: PodFiles;
  readonly cgroups: PodCgroups;
  readonly prober: Prober;
  readonly network: PodNetwork;
  readonly streams?: StreamServer;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface KubeletOptions {
  readonly node: NodeDescription;
  /** Address of the cluster's DNS server, default `10.96.0.10`. */
  readonly clusterDns?: readonly string[];
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** The node's own resolver, for dnsPolicy Default and as the tail of ClusterFirst. */
  readonly resolver?: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  /**
   * Whether a status is written before the containers of a pod are started (Pending, ContainerCreating). Default true; a
   * simulated node that starts pods at once saves a write per pod with false.
   */
  readonly reportProgress?: boolean;
  /** Milliseconds between looks at everything that runs, for events that the runtime lost. Default 60,000; 0: never. */
  readonly relistPeriod?: number;
  /**
   * Whether the kubelet registers its node and renews its Lease by timers of its own. Default true; many kubelets in one
   * process share one heartbeat instead ({@link Kubelet.node}).
   */
  readonly heartbeat?: boolean;
}

/** A running node agent. */
export interface Kubelet {
  /** Registers the node (when it has a heartbeat of its own) and starts to look after pods. */
  start(): Promise<void>;
  /** Stops looking after pods; containers go on. Resolves when nothing is under way any more. */
  stop(): Promise<void>;
  /** The kubelet's API: logs, exec, attach, port-forward, stats, metrics, health. */
  readonly handler: ApiHandler;
  readonly node: NodeHeartbeat;
}

/** The node's presence in the API, one step at a time, for whoever owns the timers. */
export interface NodeHeartbeat {
  /** Creates the Node or brings it up to date. */
  register(): Promise<void>;
  /** Takes over a Node that somebody else has created: from now on its status is this kubelet's, nothing else of it. */
  adopt(node: Node): void;
  /** Renews the Lease in kube-node-lease; false when another holder keeps it (then nothing is written). */
  renewLease(): Promise<boolean>;
  /** Writes conditions, capacity and images when they have changed or five minutes have passed. */
  updateStatus(): Promise<void>;
}
