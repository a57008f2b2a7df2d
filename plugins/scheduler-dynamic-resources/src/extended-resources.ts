import type { Container, ContainerExtendedResourceRequest, DeviceRequest, Pod } from "@pinnace/api";
import { parseQuantity } from "@pinnace/apimachinery";

/** What of a pod's extended resources is asked for as devices, and which container gets what. */
interface ExtendedRequests {
  /** Sorted by name. */
  readonly requests: readonly DeviceRequest[];
  readonly mappings: readonly ContainerExtendedResourceRequest[];
}

/** A container at its place among init containers and containers. */
interface Placed {
  readonly index: number;
  readonly container: Container;
}

interface Asked {
  readonly index: number;
  readonly container: string;
  readonly resource: string;
  readonly name: string;
  /** How many devices besides those of others that can be used again. */
  readonly count: number;
  /** Requests of later containers that this one uses first. */
  readonly reused: readonly string[];
}

/**
 * The device requests for extended resources that classes back (KEP-5004). Init containers that end use the devices of
 * the containers after them again, and share the largest of their own requests.
 */
export function extendedRequests(pod: Pod, classes: ReadonlyMap<string, string>): ExtendedRequests {
  const init = (pod.spec?.initContainers ?? []).map((container, index) => ({ index, container }));
  const main = (pod.spec?.containers ?? []).map((container, index) => ({ index: index + init.length, container }));
  const isSidecar = ({ container }: Placed): boolean => container.restartPolicy === "Always";
  const lasting = [...init.filter(isSidecar), ...main];
  const ending = init.filter((each) => !isSidecar(each));
  const requests: DeviceRequest[] = [];
  const mappings: ContainerExtendedResourceRequest[] = [];
  for (const resource of [...classes.keys()].sort()) {
    const deviceClassName = classes.get(resource) ?? "";
    const stay = lasting.flatMap((each) => ask(each, resource, []));
    const go = ending.flatMap((each) =>
      ask(
        each,
        resource,
        stay.filter(({ index }) => index >= each.index),
      ),
    );
    const largest = go.filter(({ count }) => count > 0).reduce<Asked | undefined>(larger, undefined);
    const own = [...stay, ...(largest === undefined ? [] : [largest])];
    requests.push(
      ...own.map(({ name, count }) => ({
        name,
        exactly: { deviceClassName, allocationMode: "ExactCount", count },
      })),
    );
    for (const { container, name, count, reused } of [...stay, ...go]) {
      const ownName = go.some((each) => each.name === name) ? (largest?.name ?? name) : name;
      for (const requestName of [...reused, ...(count > 0 ? [ownName] : [])])
        mappings.push({ containerName: container, resourceName: resource, requestName });
    }
  }
  requests.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { requests, mappings };
}

function larger(a: Asked | undefined, b: Asked): Asked {
  return a === undefined || a.count < b.count ? b : a;
}

function ask({ index, container }: Placed, resource: string, reusable: readonly Asked[]): readonly Asked[] {
  const wanted = container.resources?.requests ?? {};
  const total = parseQuantity(wanted[resource] ?? "0").value();
  if (total === 0) return [];
  const reused: string[] = [];
  let left = total;
  for (const each of reusable) {
    if (left <= 0) break;
    reused.push(each.name);
    left -= each.count;
  }
  const position = Object.keys(wanted).sort().indexOf(resource);
  const name = `container-${index}-request-${position}`;
  return [{ index, container: container.name, resource, name, count: Math.max(left, 0), reused }];
}
