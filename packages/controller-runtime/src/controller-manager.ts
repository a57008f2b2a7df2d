import type { UserInfo } from "@pinnace/apimachinery";
import type { ClientFactory, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { ControllerFactory, RunningController } from "./controller.ts";
import { createEventRecorder } from "./events/event-recorder.ts";
import { startController } from "./start-controller.ts";
import { WorkQueueMetrics } from "./work-queue-metrics.ts";

const PROGRAM = "kube-controller-manager";

export interface ControllerManagerComponents {
  readonly factories: readonly ControllerFactory[];
  readonly clients: ClientFactory;
  /** Shared by all controllers: one cache per resource. */
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The registry of the component `kube-controller-manager`. */
  readonly metrics: MetricRegistry;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface ControllerManagerOptions {
  /**
   * Each controller speaks as a service account of its own, as upstream's `--use-service-account-credentials` has it.
   * Default true; false: as the transport's own user (HTTPS).
   */
  readonly impersonate?: boolean;
}

/** Runs controllers. */
export interface ControllerManager {
  readonly names: readonly string[];
  /** Starts all controllers; each works once its informers have synced. */
  start(): void;
  /** Stops all and waits for the reconciliations under way. */
  stop(): Promise<void>;
}

/** A manager of the given controllers; nothing runs before `start`. */
export function createControllerManager(
  components: ControllerManagerComponents,
  options: ControllerManagerOptions = {},
): ControllerManager {
  const { factories, clients, informers, clock, metrics, random } = components;
  const logger = components.logger.child({ component: PROGRAM });
  let running: readonly RunningController[] = [];
  let stopEvents: (() => void)[] = [];

  const start = (factory: ControllerFactory, queueMetrics: WorkQueueMetrics): RunningController => {
    const user = options.impersonate === false ? undefined : controllerIdentity(factory.serviceAccount ?? factory.name);
    const client = clients.client({ program: PROGRAM, ...(user === undefined ? {} : { user }) });
    const events = createEventRecorder({ client, clock, logger, component: factory.eventSource ?? factory.name });
    stopEvents.push(() => events.stop());
    return startController(factory, { client, informers, clock, logger, metrics, events, random }, { queueMetrics });
  };

  return {
    names: factories.map(({ name }) => name),
    start: () => {
      const queueMetrics = new WorkQueueMetrics(metrics, clock);
      running = factories.map((factory) => start(factory, queueMetrics));
    },
    stop: async () => {
      await Promise.all(running.map((controller) => controller.stop()));
      for (const stop of stopEvents) stop();
      running = [];
      stopEvents = [];
    },
  };
}

/**
 * As whom a controller acts: a service account of kube-system (`system:serviceaccount:kube-system:<name>`), or for ""
 * the controller manager itself.
 */
export function controllerIdentity(name: string): UserInfo {
  if (name === "") return { name: "system:kube-controller-manager", groups: ["system:authenticated"] };
  return {
    name: `system:serviceaccount:kube-system:${name}`,
    groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
  };
}
