import type { KubernetesObject } from "@pinnace/apimachinery";
import { objectKey } from "@pinnace/apimachinery";
import type { CacheEvent, Client, Informer, InformerFactory } from "@pinnace/client";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { MetricRegistry } from "@pinnace/metrics";
import type { Observable } from "rxjs";

/** What every controller is given. Nothing else of the process is reachable from a controller. */
export interface ControllerComponents {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: MetricRegistry;
  readonly events: EventRecorder;
  /** Uniform in [0, 1): seeded on a virtual clock, so that a run repeats. */
  readonly random: () => number;
}

/**
 * Writes `events.k8s.io/v1`-compatible core Events about objects, aggregated like client-go's correlator. `fieldPath`
 * becomes `involvedObject.fieldPath`: kubelets name a container by `spec.containers{app}`.
 */
export interface EventRecorder {
  event(
    regarding: KubernetesObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
}

/**
 * The outcome of one reconciliation. A thrown error requeues the key with exponential back-off (5 ms doubling to
 * 1,000 s, like client-go's default controller rate limiter); a conflict (409) is expected and logged at debug.
 */
export interface ReconcileResult {
  /** Reconcile again after this many milliseconds, even when nothing changes. */
  readonly requeueAfter?: number;
}

/** What makes a controller look at a key; made by {@link watchOf}, which ties the two types together. */
export interface ControllerWatch {
  readonly informer: Informer<KubernetesObject>;
  /** The keys to reconcile when this object changes. Called synchronously for each event; must not throw. */
  keys(event: CacheEvent<never>): Iterable<string>;
}

/** A watch of `informer`; without `keys` every object is its own key. */
export function watchOf<T extends KubernetesObject>(
  informer: Informer<T>,
  keys: (event: CacheEvent<T>) => Iterable<string> = (event) => [objectKey(event.object)],
): ControllerWatch {
  return { informer, keys };
}

/**
 * A controller: a set of watches and one function. `reconcile` is called with one key at a time per key, at most
 * `concurrency` (default 1) at once, only after all informers have synced. It reads the caches, compares with what
 * should be, and writes through the client. It must be idempotent and must stop when `signal` aborts.
 */
export interface ControllerDefinition {
  readonly concurrency?: number;
  readonly watches: readonly ControllerWatch[];
  /** Keys to reconcile once after the sync, whatever is in the caches: for periodic work, with `requeueAfter`. */
  readonly initialKeys?: readonly string[];
  /** Keys from elsewhere than the watches, added as they come. Subscribed to before the watches. */
  readonly triggers?: Observable<string>;
  reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult | undefined>;
}

/**
 * A named controller and how it is made. The built-in controllers and anyone's own are values of this type. The name
 * comes first because it decides as whom the controller speaks to the API server.
 */
export interface ControllerFactory {
  /** The name of upstream's controller: `deployment-controller`. Used for identities, queues, metrics, events, logs. */
  readonly name: string;
  /**
   * The service account in kube-system as which it speaks; default: the name. "" stands for the controller manager itself
   * (user `system:kube-controller-manager`), for what has to work before there are service accounts.
   */
  readonly serviceAccount?: string;
  /** `source.component` of its events; default: the name. */
  readonly eventSource?: string;
  /** Called once per control plane. Asks for its informers and makes its queues; does nothing else yet. */
  create(components: ControllerComponents): ControllerDefinition;
}

/** A running controller. */
export interface RunningController {
  readonly name: string;
  /** Stops watching, aborts the reconciliations under way and waits for them. */
  stop(): Promise<void>;
}
