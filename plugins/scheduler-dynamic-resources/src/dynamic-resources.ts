import { DEVICE_CLASSES, type Pod, RESOURCE_CLAIMS, type ResourceClaim } from "@pinnace/api";
import {
  type ClusterReader,
  type Cycle,
  matchesTerm,
  type NodeInfo,
  type SchedulerComponents,
  type SchedulerPlugin,
  SKIP,
  type StateData,
  type Status,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { claimsOf, isReservedFor } from "./pod-claims.ts";

const STATE = "DynamicResources";
const NOT_HERE = unresolvable("resourceclaim not available on the node");
const NOT_ALLOCATED = unresolvable("cannot allocate all claims");
/** How many pods may use one claim at a time (resource.k8s.io/v1 ResourceClaimReservedForMaxSize). */
const MOST_CONSUMERS = 256;

interface Claims extends StateData {
  readonly claims: readonly ResourceClaim[];
}

export function createDynamicResources({ reader, writer }: SchedulerComponents): SchedulerPlugin {
  return {
    preEnqueue: ({ pod }) => {
      if (pod.spec?.resourceClaims === undefined) return SUCCESS;
      const claims = claimsOf(pod, reader);
      return "missing" in claims ? unresolvable(claims.missing) : SUCCESS;
    },
    preFilter: (cycle) => ({ status: collect(cycle, claimsOf(cycle.pod.pod, reader), reader) }),
    filter,
    postFilter: async ({ state }) => {
      const claims = state.read<Claims>(STATE)?.claims;
      if (claims === undefined) return { status: { code: "Error", reasons: ["not found"] } };
      return { status: unschedulable(claims.length === 0 ? "no new claims to deallocate" : "still not schedulable") };
    },
    preBindPreFlight: ({ state }) => ((state.read<Claims>(STATE)?.claims.length ?? 0) === 0 ? SKIP : SUCCESS),
    preBind: async ({ pod: { pod }, state }) => {
      for (const claim of state.read<Claims>(STATE)?.claims ?? []) {
        if (isReservedFor(claim, pod)) continue;
        const reservedFor = [...(claim.status?.reservedFor ?? []), consumer(pod)];
        const patch = {
          metadata: { uid: claim.metadata?.uid, resourceVersion: claim.metadata?.resourceVersion },
          status: { reservedFor },
        };
        await writer.patch(RESOURCE_CLAIMS, claim, patch, "status");
      }
      return SUCCESS;
    },
    eventsToRegister: () => [
      { event: { resource: "ResourceClaim", actions: ["Add", "Update"] }, hint: afterClaimChange },
      { event: { resource: "DeviceClass", actions: ["Add"] } },
      { event: { resource: "UnscheduledPod", actions: ["Update"] } },
      { event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] } },
    ],
  };
}

function keep({ state }: Cycle, claims: readonly ResourceClaim[]): void {
  const data: Claims = { claims, clone: () => data };
  state.write(STATE, data);
}

function collect(cycle: Cycle, claims: ReturnType<typeof claimsOf>, reader: ClusterReader): Status {
  if ("missing" in claims) return unresolvable(claims.missing);
  keep(cycle, []);
  if (claims.length === 0) return SKIP;
  const unknown = claims.map((claim) => unknownClass(claim, reader)).find((reason) => reason !== undefined);
  if (unknown !== undefined) return unresolvable(unknown);
  keep(cycle, claims);
  const { pod } = cycle.pod;
  for (const claim of claims) {
    if (claim.metadata?.deletionTimestamp !== undefined) {
      return unresolvable(`resourceclaim "${claim.metadata.name}" is being deleted`);
    }
    const consumers = claim.status?.reservedFor ?? [];
    if (consumers.length >= MOST_CONSUMERS && !isReservedFor(claim, pod)) {
      return unresolvable("resourceclaim in use");
    }
  }
  return SUCCESS;
}

/** Says which device class of a claim that is yet to be allocated does not exist. */
function unknownClass({ spec, status }: ResourceClaim, reader: ClusterReader): string | undefined {
  if (status?.allocation !== undefined) return undefined;
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    for (const { deviceClassName } of exactly === undefined ? firstAvailable : [exactly]) {
      if (reader.get(DEVICE_CLASSES, deviceClassName) === undefined) {
        return `request ${name}: device class ${deviceClassName} does not exist`;
      }
    }
  }
  return undefined;
}

/** A claim must be allocated to devices that the node can reach. */
function filter({ state }: Cycle, { node }: NodeInfo): Status {
  for (const { status } of state.read<Claims>(STATE)?.claims ?? []) {
    if (status?.allocation === undefined) return NOT_ALLOCATED;
    const terms = status.allocation.nodeSelector?.nodeSelectorTerms;
    if (terms !== undefined && !terms.some((term) => matchesTerm(node, term))) return NOT_HERE;
  }
  return SUCCESS;
}

const consumer = ({ metadata }: Pod): object => ({ resource: "pods", name: metadata?.name, uid: metadata?.uid });

const afterClaimChange: NonNullable<ReturnType<NonNullable<SchedulerPlugin["eventsToRegister"]>>[number]["hint"]> = (
  { pod },
  _before,
  after,
) => {
  const isOfPod = after?.metadata?.namespace === pod.metadata?.namespace && (pod.spec?.resourceClaims ?? []).length > 0;
  return isOfPod ? "Queue" : "QueueSkip";
};
