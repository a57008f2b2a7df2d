import type { Draft } from "@pinnace/apimachinery";
import { add, compareQuantities, signOf } from "../../rules/quantity.ts";

const COMPUTE = ["cpu", "memory"];

/** `Guaranteed`, `Burstable` or `BestEffort`, from what a pod requests and is limited to. */
export function qualityOfService(spec: Draft): string {
  const holders = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.resources);
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  let guaranteed = true;
  for (const holder of holders) {
    accumulate(requests, holder?.requests);
    const limited = accumulate(limits, holder?.limits);
    if (spec.resources && !holder.limits) continue;
    if (limited < COMPUTE.length) guaranteed = false;
  }
  if (Object.keys(requests).length === 0 && Object.keys(limits).length === 0) return "BestEffort";
  const names = Object.keys(requests);
  const equal = names.every(
    (name) => limits[name] !== undefined && compareQuantities(limits[name], requests[name] ?? "0") === 0,
  );
  return guaranteed && equal && names.length === Object.keys(limits).length ? "Guaranteed" : "Burstable";
}

/** Adds what is positive; returns how many compute resources that were. */
function accumulate(sum: Record<string, string>, list: Draft): number {
  let found = 0;
  for (const name of COMPUTE) {
    const quantity = list?.[name];
    if (quantity === undefined || signOf(quantity) <= 0) continue;
    sum[name] = sum[name] === undefined ? quantity : add(sum[name], quantity);
    found++;
  }
  return found;
}
