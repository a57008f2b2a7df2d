import type { Container, Pod } from "@pinnace/api";
import { NO_RESOURCES, type Resources } from "../contract/resources.ts";
import { addResources, amountsOf, maxResources } from "./resource-amounts.ts";

/** What a container that asks for nothing counts as in scores: 100m and 200Mi. */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY: number = 200 * 1024 * 1024;

type Amount = (container: Container) => Resources;

const requested: Amount = (container) => amountsOf(container.resources?.requests);

/**
 * While a container is resized in place (KEP-1287) it counts with the most of what it asks for, what it has been granted
 * and what it has; when the resize is infeasible, with the latter two.
 */
function withStatus(pod: Pod, amount: Amount): Amount {
  if (pod.status?.containerStatuses === undefined && pod.status?.initContainerStatuses === undefined) return amount;
  const statuses = new Map(
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
      .filter(({ resources, allocatedResources }) => resources !== undefined || allocatedResources !== undefined)
      .map((status) => [status.name, status]),
  );
  if (statuses.size === 0) return amount;
  const infeasible = (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === "PodResizePending" && reason === "Infeasible",
  );
  return (container) => {
    const wanted = amount(container);
    const status = statuses.get(container.name);
    if (status === undefined) return wanted;
    const held = maxResources(amountsOf(status.resources?.requests), amountsOf(status.allocatedResources));
    return infeasible ? held : maxResources(wanted, held);
  };
}

const requestedOrDefault: Amount = (container) => {
  const list = container.resources?.requests;
  const amounts = amountsOf(list);
  return {
    ...amounts,
    milliCpu: list?.cpu === undefined ? DEFAULT_MILLI_CPU : amounts.milliCpu,
    memory: list?.memory === undefined ? DEFAULT_MEMORY : amounts.memory,
  };
};

/**
 * What a pod needs at once: its containers and sidecars together, or an init container with the sidecars started before
 * it when that is more (KEP-753); pod-level requests replace the sum for CPU and memory (KEP-2837); overhead is added.
 */
function effective(pod: Pod, amount: Amount): Resources {
  let running = NO_RESOURCES;
  for (const container of pod.spec?.containers ?? []) running = addResources(running, amount(container));
  let sidecars = NO_RESOURCES;
  let starting = NO_RESOURCES;
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amount(container);
    if (container.restartPolicy === "Always") {
      running = addResources(running, own);
      sidecars = addResources(sidecars, own);
      starting = maxResources(starting, sidecars);
    } else {
      starting = maxResources(starting, addResources(sidecars, own));
    }
  }
  const total = withPodLevel(pod, maxResources(running, starting));
  return pod.spec?.overhead === undefined ? total : addResources(total, amountsOf(pod.spec.overhead));
}

function withPodLevel(pod: Pod, total: Resources): Resources {
  const list = pod.spec?.resources?.requests;
  if (list === undefined) return total;
  const level = amountsOf(list);
  return {
    ...total,
    ...(list.cpu === undefined ? {} : { milliCpu: level.milliCpu }),
    ...(list.memory === undefined ? {} : { memory: level.memory }),
  };
}

export const podRequests = (pod: Pod): Resources => effective(pod, withStatus(pod, requested));
export const podRequestsOrDefaults = (pod: Pod): Resources => effective(pod, withStatus(pod, requestedOrDefault));
