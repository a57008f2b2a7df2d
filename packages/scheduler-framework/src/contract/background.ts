import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";

/**
 * For what a plugin does besides answering the scheduler: it begins when the scheduler is started (one on
 * standby does nothing), and ends with `signal`.
 */
export interface Background {
  /** Aborts when the scheduler stops or goes on with another configuration. Timers must not outlive it. */
  readonly signal: AbortSignal;
  /**
   * Calls back for every object of a type that is there, comes, changes or goes, until then. The listener must be quick and
   * must not throw.
   */
  watch<T extends KubernetesObject>(type: ResourceType<T>, listener: (object: T) => void): void;
  /** Asks the API server for all objects of a type, for those that cannot be watched. Rejects with `StatusError`. */
  list<T extends KubernetesObject>(type: ResourceType<T>): Promise<readonly T[]>;
}
