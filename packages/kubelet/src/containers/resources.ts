import type { Container, Pod } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";
import type { LinuxResources } from "@pinnace/cri";
import { qosClass } from "../status/qos-class.ts";

const MIN_SHARES = 2;
const MAX_SHARES = 262_144;
/** Microseconds. */
const QUOTA_PERIOD = 100_000;
const MIN_QUOTA = 1000;

/** cgroup v1 CPU shares of a request in millicores: 1,024 per core, within the kernel's bounds. */
export function cpuShares(milliCpu: number): number {
  return milliCpu === 0 ? MIN_SHARES : Math.min(MAX_SHARES, Math.max(MIN_SHARES, Math.floor((milliCpu * 1024) / 1000)));
}

/** CFS quota in microseconds per 100 ms for a limit in millicores; undefined without a limit. */
export function cpuQuota(milliCpu: number): number | undefined {
  return milliCpu === 0 ? undefined : Math.max(MIN_QUOTA, Math.floor((milliCpu * QUOTA_PERIOD) / 1000));
}

/** The cgroup numbers of one container. `memoryCapacity` is the node's, in bytes. */
export function containerResources(pod: Pod, container: Container, memoryCapacity: number): LinuxResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milli(limits?.cpu);
  const quota = cpuQuota(cpuLimit);
  const memoryLimit = bytes(limits?.memory);
  return {
    cpuShares: cpuShares(requests?.cpu === undefined ? cpuLimit : milli(requests.cpu)),
    ...(quota === undefined ? {} : { cpuQuota: quota, cpuPeriod: QUOTA_PERIOD }),
    ...(memoryLimit === 0 ? {} : { memoryLimit }),
    oomScoreAdj: oomScoreAdjust(pod, container, memoryCapacity),
  };
}

/** Upstream's qos.GetContainerOOMScoreAdjust: -997 for Guaranteed, 1000 for BestEffort, in between by share of memory. */
export function oomScoreAdjust(pod: Pod, container: Container, memoryCapacity: number): number {
  if ((pod.spec?.priority ?? 0) >= 2_000_000_000) return -997;
  const qos = qosClass(pod);
  if (qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const request = bytes(container.resources?.requests?.memory);
  const score = memoryCapacity === 0 ? 999 : 1000 - Math.floor((1000 * request) / memoryCapacity);
  return Math.min(999, Math.max(3, score));
}

export function milli(quantity: string | undefined): number {
  return quantity === undefined ? 0 : Quantity.parse(quantity).milliValue();
}

export function bytes(quantity: string | undefined): number {
  return quantity === undefined ? 0 : Quantity.parse(quantity).value();
}
