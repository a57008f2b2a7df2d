import type { AllocationResult, ResourceClaim } from "@pinnace/api";
import type { Cycle, StateData } from "@pinnace/scheduler-framework";
import type { AllocationGround } from "./allocate.ts";

const STATE = "DynamicResources";

/** What a claim would get. */
export interface Decision {
  readonly claim: ResourceClaim;
  readonly allocation: AllocationResult;
}

/** What one attempt found out. */
export interface ResourceState extends StateData {
  /** Of the pod, as they are for scheduling. */
  claims: readonly ResourceClaim[];
  /** Those of them that are allocated and can never be used. */
  lost: ReadonlySet<ResourceClaim>;
  /** Extended resources that classes back, by name, and a claim for them that an earlier attempt left. */
  extended: { readonly classes: ReadonlyMap<string, string>; readonly stale: ResourceClaim | undefined } | undefined;
  /** Undefined when nothing is to be allocated. */
  ground: AllocationGround | undefined;
  /** Claims that are allocated elsewhere than on some node. */
  readonly unavailable: Set<ResourceClaim>;
  /** What would be allocated, by node. */
  readonly nodes: Map<string, readonly Decision[]>;
  /** The claim for extended resources, once it is made. */
  created: ResourceClaim | undefined;
}

export function writeState({ state }: Cycle): ResourceState {
  const data: ResourceState = {
    claims: [],
    lost: new Set(),
    extended: undefined,
    ground: undefined,
    unavailable: new Set(),
    nodes: new Map(),
    created: undefined,
    // A what-if takes pods off nodes; devices stay with their claims, so that nothing changes here.
    clone: () => data,
  };
  state.write(STATE, data);
  return data;
}

export function readState({ state }: Cycle): ResourceState | undefined {
  return state.read<ResourceState>(STATE);
}
