import type { Pod } from "@pinnace/api";
import { bytes, cpuQuota, cpuShares, milli } from "../../containers/resources.ts";
import { initContainers, isSidecar, regularContainers } from "../../pods/pod-facts.ts";

/** What the cgroup of a whole pod is given. Absent: not limited. */
export interface PodLimits {
  readonly cpuShares: number;
  /** Microseconds per 100 ms. */
  readonly cpuQuota?: number;
  /** Bytes. */
  readonly memoryLimit?: number;
}

/** Requests summed over what runs together; limits only when every container has one. */
export function podLimits(pod: Pod): PodLimits {
  const together = [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)];
  const level = pod.spec?.resources;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const requested = level?.requests?.cpu ?? level?.limits?.cpu;
  const cpuRequest =
    requested === undefined
      ? sum(together.map(({ resources }) => milli(resources?.requests?.cpu ?? resources?.limits?.cpu)))
      : milli(requested);
  const limitOf = (name: "cpu" | "memory", read: (text: string | undefined) => number): number => {
    if (level?.limits?.[name] !== undefined) return read(level.limits[name]);
    const limits = together.map(({ resources }) => read(resources?.limits?.[name]));
    return limits.includes(0)
      ? 0
      : Math.max(sum(limits), ...initContainers(pod).map(({ resources }) => read(resources?.limits?.[name])));
  };
  const quota = cpuQuota(limitOf("cpu", milli));
  const memoryLimit = limitOf("memory", bytes);
  return {
    cpuShares: cpuShares(cpuRequest),
    ...(quota === undefined ? {} : { cpuQuota: quota }),
    ...(memoryLimit === 0 ? {} : { memoryLimit }),
  };
}
