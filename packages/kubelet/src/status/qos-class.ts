import type { Container, Pod } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";

const COMPUTE = ["cpu", "memory"] as const;

/**
 * The quality-of-service class of a pod: Guaranteed when every container has equal requests and limits for CPU and
 * memory, BestEffort when none has any, else Burstable. The API server's answer wins when the pod carries one.
 */
export function qosClass(pod: Pod): "Guaranteed" | "Burstable" | "BestEffort" {
  const known = pod.status?.qosClass;
  if (known === "Guaranteed" || known === "Burstable" || known === "BestEffort") return known;
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const level = pod.spec?.resources;
  if (level?.requests || level?.limits) return isGuaranteed(level) ? "Guaranteed" : "Burstable";
  if (containers.every(({ resources }) => COMPUTE.every((name) => isZero(resources, name)))) return "BestEffort";
  return containers.every(({ resources }) => isGuaranteed(resources)) ? "Guaranteed" : "Burstable";
}

function isZero(resources: Container["resources"], name: string): boolean {
  return [resources?.requests?.[name], resources?.limits?.[name]].every(
    (amount) => amount === undefined || Quantity.parse(amount).isZero,
  );
}

function isGuaranteed(resources: Container["resources"]): boolean {
  return COMPUTE.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    return limit !== undefined && request !== undefined && Quantity.parse(limit).equals(Quantity.parse(request));
  });
}
