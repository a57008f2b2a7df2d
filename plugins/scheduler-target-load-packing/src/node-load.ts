import { isQuantity, type KubernetesObject, parseQuantity, type ResourceType, timeOf } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { SchedulerComponents } from "@pinnace/scheduler-framework";

/** What a node used lately (metrics.k8s.io/v1beta1). */
export interface NodeMetrics extends KubernetesObject {
  /** The end of the time that was measured. */
  readonly timestamp?: string;
  readonly usage?: { readonly cpu?: string };
}

export const NODE_METRICS: ResourceType<NodeMetrics> = {
  group: "metrics.k8s.io",
  version: "v1beta1",
  resource: "nodes",
  kind: "NodeMetrics",
  namespaced: false,
};

/** How often metrics are fetched, and how long they are good for, milliseconds. */
const PERIOD = 30_000;
const LIFETIME = 300_000;

/** What a node used. */
interface Load {
  readonly milliCpu: number;
  /** The end of the time that was measured, milliseconds since the epoch. */
  readonly end: number;
}

/** The newest load of each node. When nobody answers, the last answer counts for a while. */
export class NodeLoads {
  readonly #needs: Pick<SchedulerComponents, "background" | "clock" | "logger">;
  #loads: ReadonlyMap<string, Load> = new Map();
  #isFailing = false;

  constructor(components: Pick<SchedulerComponents, "background" | "clock" | "logger">) {
    this.#needs = components;
  }

  /** Fetches metrics from now on; the promise settles at the end of the plugin's time. */
  async follow(): Promise<void> {
    const { background, clock } = this.#needs;
    while (!background.signal.aborted) {
      await this.#fetch();
      try {
        await clock.sleep(PERIOD, background.signal);
      } catch {
        return; // the plugin's time is over
      }
    }
  }

  /** Undefined for a node that nothing is known of. */
  of(nodeName: string): Load | undefined {
    const load = this.#loads.get(nodeName);
    return load === undefined || load.end < this.#needs.clock.now() - LIFETIME ? undefined : load;
  }

  async #fetch(): Promise<void> {
    const { background, clock, logger } = this.#needs;
    try {
      const all = await background.list(NODE_METRICS);
      const loads = all.flatMap((metrics): readonly (readonly [string, Load])[] => {
        const { metadata, timestamp, usage } = metrics;
        if (!isQuantity(usage?.cpu)) return [];
        const end = timeOf(timestamp) ?? clock.now();
        return [[metadata?.name ?? "", { milliCpu: parseQuantity(usage.cpu).milliValue(), end }]];
      });
      this.#loads = new Map(loads);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing && !background.signal.aborted) {
        logger.warn("node metrics cannot be read; nodes are scored without", { error: messageOf(error) });
      }
      this.#isFailing = true;
    }
  }
}
