import type { Endpoint, EndpointSlice } from "@pinnace/api";
import { semanticEqual } from "@pinnace/apimachinery";
import { type AddressType, type EndpointGroup, portsKey } from "./endpoints-of.ts";

/** Endpoints that one slice holds at most. */
const MAX_ENDPOINTS = 100;

/** The contents of a slice that does not exist yet. */
export interface SliceContents {
  readonly addressType: AddressType;
  readonly ports: EndpointGroup["ports"];
  readonly endpoints: readonly Endpoint[];
}

export interface SlicePlan {
  readonly create: readonly SliceContents[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
}

/**
 * The fewest changes that bring the slices of one address type to the wanted endpoints. Endpoints stay in the slice in
 * which they are; new ones fill slices with room before more are made. A service without endpoints keeps one empty slice.
 */
export function planSlices(
  groups: readonly EndpointGroup[],
  existing: readonly EndpointSlice[],
  labels: Readonly<Record<string, string>>,
  addressType: AddressType,
): SlicePlan {
  const wanted = groups.length === 0 ? [{ ports: [], endpoints: [] }] : groups;
  const plans = wanted.map((group) => {
    const key = portsKey(group.ports);
    const slices = existing.filter((slice) => portsKey(slice.ports) === key);
    return planGroup(group, slices, labels, addressType);
  });
  const kept = new Set(wanted.map((group) => portsKey(group.ports)));
  return {
    create: plans.flatMap((plan) => plan.create),
    update: plans.flatMap((plan) => plan.update),
    delete: [...plans.flatMap((plan) => plan.delete), ...existing.filter((slice) => !kept.has(portsKey(slice.ports)))],
  };
}

function planGroup(
  { ports, endpoints }: EndpointGroup,
  existing: readonly EndpointSlice[],
  labels: Readonly<Record<string, string>>,
  addressType: AddressType,
): SlicePlan {
  const missing = new Map(endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const contents = existing.map((slice) => ({ slice, endpoints: keep(slice, missing) }));
  const left = [...missing.values()];
  for (const content of contents) content.endpoints.push(...left.splice(0, MAX_ENDPOINTS - content.endpoints.length));
  const create: SliceContents[] = [];
  while (left.length > 0) create.push({ addressType, ports, endpoints: left.splice(0, MAX_ENDPOINTS) });
  if (existing.length === 0 && create.length === 0) create.push({ addressType, ports, endpoints: [] });

  const used = contents.filter((content) => content.endpoints.length > 0);
  // When there are no endpoints at all, one empty slice stays to say so.
  const remaining = used.length === 0 && create.length === 0 ? contents.slice(0, 1) : used;
  return {
    create,
    update: remaining
      .map(({ slice, endpoints: next }) => ({
        ...slice,
        metadata: { ...slice.metadata, labels },
        ports,
        endpoints: next,
      }))
      .filter((next, index) => !semanticEqual(next, remaining[index]!.slice)),
    delete: contents.filter((content) => !remaining.includes(content)).map(({ slice }) => slice),
  };
}

/** The endpoints of a slice that are still wanted, in their present state; they are struck off `missing`. */
function keep(slice: EndpointSlice, missing: Map<string, Endpoint>): Endpoint[] {
  const kept: Endpoint[] = [];
  for (const endpoint of slice.endpoints ?? []) {
    const key = identity(endpoint);
    const next = missing.get(key);
    if (next === undefined) continue;
    missing.delete(key);
    kept.push(next);
  }
  return kept;
}

/** The same pod at the same addresses is the same endpoint, whatever its state. */
function identity({ targetRef, addresses }: Endpoint): string {
  return `${targetRef?.uid ?? ""}/${[...addresses].sort().join(",")}`;
}
