import type { WebhookCaller } from "@pinnace/admission";
import type { ApiServerComponents, ApiServerOptions } from "@pinnace/apiserver";
import type { AuthenticationOptions } from "@pinnace/authentication";
import type { Clock } from "@pinnace/clock";
import type { ControllerFactory } from "@pinnace/controller-runtime";
import type { CertificateSigner } from "@pinnace/controllers";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistries } from "@pinnace/metrics";
import type { PluginCandidate } from "@pinnace/plugin";
import type { ExtenderTransportFactory, KubeSchedulerConfigurationObject, SchedulerConfig } from "@pinnace/scheduler";
import type { SimulatedNodesOptions } from "@pinnace/simulation";
import type { Store } from "@pinnace/store";

/** What a cluster is made of. Everything has a default: a cluster in memory, on real time, with one simulated node. */
export interface ClusterOptions {
  /** Default: the real clock. */
  readonly clock?: Clock;
  /** Default: a store in memory. The cluster closes it when it stops. */
  readonly store?: Store;
  /** Uniform numbers in [0, 1) for names, uids and ties; seed it where a run must repeat. Default `Math.random`. */
  readonly random?: () => number;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Where the components' metrics are kept; default: registries of its own. */
  readonly metrics?: MetricRegistries;
  /** Simulated nodes: how many, or how they are. Default 1. */
  readonly nodes?: number | SimulatedNodesOptions;
  /** Scheduler plugins; default: the built-in ones. */
  readonly plugins?: readonly PluginCandidate[];
  /** How pods are scheduled: a KubeSchedulerConfiguration, or what `parseSchedulerConfiguration` makes of one. */
  readonly scheduler?: SchedulerConfig | KubeSchedulerConfigurationObject;
  /** How scheduler extenders are reached; default: `fetch`. */
  readonly extenderTransport?: ExtenderTransportFactory;
  /** Default: all built-in controllers. */
  readonly controllers?: readonly ControllerFactory[];
  readonly authentication?: AuthenticationOptions;
  readonly apiServer?: ApiServerOptions;
  /** How pods are reached for the `proxy` subresources; default: not at all. */
  readonly proxy?: ApiServerComponents["proxy"];
  /** How aggregated API servers are reached; default: not at all, so that none is available. */
  readonly extensions?: ApiServerComponents["extensions"];
  /** How admission and conversion webhooks are reached; default: not at all, so that calling one fails. */
  readonly webhooks?: WebhookCaller;
  /** How SPDY and WebSocket streams of simulated nodes are served, where the API has a port. */
  readonly streams?: SimulatedNodesStreams;
  /**
   * For a store that several processes share: controllers and scheduler run in the one that holds their leases. Default:
   * they run here.
   */
  readonly leaderElection?: LeaderElection;
  /** PEM of the CA that clients in the cluster trust, for ConfigMap `kube-root-ca.crt`. */
  readonly rootCa?: string;
  /** Signs CertificateSigningRequests; default: they wait. */
  readonly certificateSigner?: CertificateSigner;
}

export interface LeaderElection {
  /** Unique among the processes: host name and a random part. */
  readonly identity: string;
  /** Called when this process can no longer be sure that it leads; it should end, and be started again. */
  readonly onLost: (error: unknown) => void;
}

type SimulatedNodesStreams = Parameters<typeof import("@pinnace/simulation").createSimulatedNodes>[0]["streams"];
