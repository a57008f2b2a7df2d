import type { Container, Pod, ResourceFieldSelector } from "@pinnace/api";
import { Quantity } from "@pinnace/apimachinery";
import { VolumeError } from "./volume-error.ts";

/** What a node offers to pods, as quantities by resource name; bounds limits that a container does not set. */
export interface NodeResources {
  readonly allocatable: Readonly<Record<string, string>>;
}

/**
 * The value of a `resourceFieldRef`: the amount divided by the divisor, rounded up, as a whole number. CPU without a
 * limit is the node's allocatable CPU; so are memory, ephemeral storage and huge pages. `containerName` is used when the
 * selector names none. Throws {@link VolumeError} `VOLUME_INVALID`.
 */
export function resourceFieldValue(
  pod: Pod,
  selector: ResourceFieldSelector,
  containerName: string | undefined,
  node: NodeResources,
): string {
  const name = selector.containerName || containerName || "";
  const container = containersOf(pod).find((candidate) => candidate.name === name);
  if (!container) throw new VolumeError("VOLUME_INVALID", `container "${name}" not found`);
  const [kind, ...rest] = selector.resource.split(".");
  const resource = rest.join(".");
  if ((kind !== "limits" && kind !== "requests") || resource === "")
    throw new VolumeError("VOLUME_INVALID", `unsupported container resource : ${selector.resource}`);
  const given = container.resources?.[kind]?.[resource];
  const amount = given ?? (kind === "limits" ? node.allocatable[resource] : undefined) ?? "0";
  return divide(Quantity.parse(amount), Quantity.parse(selector.divisor ?? "0"), resource === "cpu");
}

function divide(amount: Quantity, divisor: Quantity, cpu: boolean): string {
  const by = divisor.isZero ? Quantity.fromNumber(1) : divisor;
  if (cpu) return String(Math.ceil(amount.milliValue() / by.milliValue()));
  return String(Math.ceil(amount.value() / by.value()));
}

function containersOf(pod: Pod): readonly Container[] {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
}
