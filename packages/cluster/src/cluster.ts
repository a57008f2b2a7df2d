import type { ApiHandler } from "@pinnace/apimachinery";
import type { ApiServer } from "@pinnace/apiserver";
import type { Client, ClientFactory, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { ControllerManager } from "@pinnace/controller-runtime";
import type { MetricRegistries } from "@pinnace/metrics";
import type { PluginRegistry } from "@pinnace/plugin";
import type { Scheduler } from "@pinnace/scheduler";
import type { SimulatedNodes } from "@pinnace/simulation";
import type { Store } from "@pinnace/store";
import type { NodeDirectory } from "./node-directory.ts";

/** A running control plane. */
export interface Cluster {
  readonly apiServer: ApiServer;
  /** The API as a function from request to response; an HTTP adapter puts it on a port. */
  readonly handler: ApiHandler;
  /** Speaks as a member of `system:masters`. */
  readonly client: Client;
  readonly clients: ClientFactory;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly store: Store;
  readonly metrics: MetricRegistries;
  readonly plugins: PluginRegistry;
  readonly scheduler: Scheduler;
  readonly controllers: ControllerManager;
  readonly simulatedNodes: SimulatedNodes;
  /** Where kubelets of other kinds are made known to the API server. */
  readonly nodes: NodeDirectory;
  /** Stops everything in the reverse order of its start. Idempotent. */
  stop(): Promise<void>;
}
