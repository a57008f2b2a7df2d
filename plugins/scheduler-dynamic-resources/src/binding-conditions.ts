import type { DeviceRequestAllocationResult, ResourceClaim } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";

/** How far the devices of a claim are on their way to the node (KEP-5007). */
type Readiness = "ready" | "pending" | { readonly failure: string };

/** What of a device's conditions is not as it should be. */
interface DeviceConditions {
  readonly driver: string;
  /** Binding conditions that are not true. */
  readonly pending: readonly string[];
  /** Failure conditions that are. */
  readonly failed: readonly string[];
}

const results = ({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] =>
  status?.allocation?.devices?.results ?? [];

const hasConditions = ({ bindingConditions = [] }: DeviceRequestAllocationResult): boolean =>
  bindingConditions.length > 0;

/** Whether a driver has to prepare a device of the claim before the pod may be bound. */
export function hasBindingConditions(claim: ResourceClaim): boolean {
  return results(claim).some(hasConditions);
}

/** The devices with binding conditions, one by one. */
export function deviceConditions(claim: ResourceClaim): readonly DeviceConditions[] {
  return results(claim)
    .filter(hasConditions)
    .map((result) => {
      const isTrue = (type: string): boolean => conditionOf(claim, result, type)?.status === "True";
      const { driver, bindingConditions = [], bindingFailureConditions = [] } = result;
      return {
        driver,
        pending: bindingConditions.filter((type) => !isTrue(type)),
        failed: bindingFailureConditions.filter(isTrue),
      };
    });
}

/** Ready when every binding condition of every device is true; failed as soon as a failure condition is. */
export function readinessOf(claim: ResourceClaim): Readiness {
  if (claim.status?.allocation === undefined) return "pending";
  for (const result of results(claim).filter(hasConditions)) {
    for (const type of result.bindingFailureConditions ?? []) {
      const condition = conditionOf(claim, result, type);
      if (condition?.status !== "True") continue;
      const { reason, message } = condition;
      const why = `reason=${reason}, message=${JSON.stringify(message)}`;
      return { failure: `device binding failed: claim=${claim.metadata?.name}, ${why}` };
    }
    const isPending = (type: string): boolean => conditionOf(claim, result, type)?.status !== "True";
    if (result.bindingConditions?.some(isPending)) return "pending";
  }
  return "ready";
}

/** Whether the claim's devices have had their time; `timeout` in milliseconds. */
export function isOverdue(claim: ResourceClaim, timeout: number, now: number): boolean {
  const allocated = timeOf(claim.status?.allocation?.allocationTimestamp);
  return allocated !== undefined && hasBindingConditions(claim) && allocated + timeout < now;
}

function conditionOf({ status }: ResourceClaim, { driver, pool, device }: DeviceRequestAllocationResult, type: string) {
  const found = status?.devices?.find((one) => one.driver === driver && one.pool === pool && one.device === device);
  return found?.conditions?.find((condition) => condition.type === type);
}
