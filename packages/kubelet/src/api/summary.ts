import { bytes } from "../containers/resources.ts";
import { rfc3339 } from "../status/time-text.ts";
import type { HandlerContext } from "./handler-context.ts";
import { type NamedUsage, readUsage } from "./usage.ts";

interface CpuStats {
  readonly time: string;
  readonly usageNanoCores: number;
  readonly usageCoreNanoSeconds: number;
}

/** `/stats/summary` (stats/v1alpha1 Summary). The rate of CPU use is that since the call before. */
export class SummaryProvider {
  readonly #context: HandlerContext;
  readonly #startedAt: number;
  #before = new Map<string, { readonly at: number; readonly cpu: number }>();

  constructor(context: HandlerContext) {
    this.#context = context;
    this.#startedAt = context.components.clock.now();
  }

  async read(): Promise<object> {
    const usage = await readUsage(this.#context);
    const { node } = this.#context.options;
    const rates = this.#rates(usage);
    const byPod = Map.groupBy(usage, ({ podUid }) => podUid);
    const capacity = bytes(node.capacity.memory);
    return {
      node: {
        nodeName: node.name,
        startTime: rfc3339(this.#startedAt),
        cpu: cpuStats(usage, rates),
        memory: memoryStats(usage, capacity),
      },
      pods: await Promise.all([...byPod.values()].map((ofPod) => this.#pod(ofPod, rates))),
    };
  }

  async #pod(usage: readonly NamedUsage[], rates: ReadonlyMap<string, number>): Promise<object> {
    const [first] = usage as [NamedUsage];
    const volumes = await this.#context.components.volumes.usage(first.podUid);
    return {
      podRef: { name: first.pod, namespace: first.namespace, uid: first.podUid },
      startTime: rfc3339(Math.min(...usage.map(({ createdAt }) => createdAt))),
      containers: usage.map((one) => ({
        name: one.container,
        startTime: rfc3339(one.createdAt),
        cpu: cpuStats([one], rates),
        memory: memoryStats([one]),
      })),
      cpu: cpuStats(usage, rates),
      memory: memoryStats(usage),
      ...(volumes.length === 0
        ? {}
        : { volume: volumes.map(({ claim, ...rest }) => ({ ...rest, ...(claim ? { pvcRef: claim } : {}) })) }),
    };
  }

  /** Nanocores by container id. */
  #rates(usage: readonly NamedUsage[]): ReadonlyMap<string, number> {
    const rates = new Map<string, number>();
    const samples = new Map<string, { readonly at: number; readonly cpu: number }>();
    for (const { stats, createdAt } of usage) {
      const cpu = stats.cpuUsageCoreNanoSeconds;
      const { at, cpu: before } = this.#before.get(stats.id) ?? { at: createdAt, cpu: 0 };
      const elapsed = stats.timestamp - at;
      rates.set(stats.id, elapsed <= 0 ? 0 : Math.round(((cpu - before) / elapsed) * 1000));
      samples.set(stats.id, { at: stats.timestamp, cpu });
    }
    this.#before = samples;
    return rates;
  }
}

function cpuStats(usage: readonly NamedUsage[], rates: ReadonlyMap<string, number>): CpuStats {
  const sum = (value: (one: NamedUsage) => number): number => usage.reduce((total, one) => total + value(one), 0);
  return {
    time: timeOf(usage),
    usageNanoCores: sum(({ stats }) => rates.get(stats.id) ?? 0),
    usageCoreNanoSeconds: sum(({ stats }) => stats.cpuUsageCoreNanoSeconds),
  };
}

function memoryStats(usage: readonly NamedUsage[], capacity?: number): object {
  const sum = (value: (one: NamedUsage) => number): number => usage.reduce((total, one) => total + value(one), 0);
  const workingSetBytes = sum(({ stats }) => stats.memoryWorkingSetBytes);
  return {
    time: timeOf(usage),
    ...(capacity === undefined ? {} : { availableBytes: Math.max(0, capacity - workingSetBytes) }),
    usageBytes: sum(({ stats }) => stats.memoryUsageBytes),
    workingSetBytes,
    rssBytes: workingSetBytes,
  };
}

function timeOf(usage: readonly NamedUsage[]): string {
  return rfc3339(Math.max(0, ...usage.map(({ stats }) => stats.timestamp)));
}
