import { DEVICE_CLASSES, type Pod, RESOURCE_SLICES, type ResourceClaim } from "@pinnace/api";
import {
  type Cycle,
  matchesTerm,
  type NodeInfo,
  type SchedulerComponents,
  SKIP,
  type Status,
  SUCCESS,
  unresolvable,
} from "@pinnace/scheduler-framework";
import { type AllocationGround, allocate, NodeProblem } from "./allocate.ts";
import type { ClaimLedger } from "./claim-ledger.ts";
import { poolsOf } from "./device-pools.ts";
import type { SelectorMatcher } from "./device-selectors.ts";
import { DeviceUsage } from "./device-usage.ts";
import { extendedClaim, extendedResourcesOf, isExtendedClaimOf } from "./extended-claim.ts";
import { extendedRequests } from "./extended-resources.ts";
import { claimsOf } from "./pod-claims.ts";
import { type ResourceState, readState, writeState } from "./resource-state.ts";

const NOT_HERE = unresolvable("resourceclaim not available on the node");
const NOT_ALLOCATED = unresolvable("cannot allocate all claims");
const STALE = unresolvable("cannot schedule extended resource claim");
/** How many pods may use one claim at a time (resource.k8s.io/v1 ResourceClaimReservedForMaxSize). */
const MOST_CONSUMERS = 256;

interface ClaimRules {
  readonly matches: SelectorMatcher;
  /** Whether an allocation can never be used: its devices do not become ready. */
  readonly isLost: (claim: ResourceClaim) => boolean;
}

/** Decides which nodes have the devices of a pod's claims. */
export class ClaimScheduling {
  readonly #components: Pick<SchedulerComponents, "reader" | "random">;
  readonly #ledger: ClaimLedger;
  readonly #rules: ClaimRules;

  constructor(components: Pick<SchedulerComponents, "reader" | "random">, ledger: ClaimLedger, rules: ClaimRules) {
    this.#components = components;
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /** Collects what the pod needs. */
  prepare(cycle: Cycle): Status {
    const { reader } = this.#components;
    const { pod } = cycle.pod;
    const found = claimsOf(pod, reader);
    if ("missing" in found) return unresolvable(found.missing);
    const claims = found.map((claim) => this.#ledger.current(claim));
    const classes = extendedResourcesOf(pod, reader);
    const state = writeState(cycle);
    if (claims.length === 0 && classes.size === 0) return SKIP;
    const problem = claims.map((claim) => this.#problemOf(claim, pod)).find((reason) => reason !== undefined);
    if (problem !== undefined) return unresolvable(problem);
    state.claims = claims;
    state.lost = new Set(claims.filter(({ status }) => status?.allocation !== undefined).filter(this.#rules.isLost));
    if (classes.size > 0) {
      state.extended = { classes, stale: this.#ledger.all().find((claim) => isExtendedClaimOf(claim, pod)) };
    }
    const isOpen = classes.size > 0 || claims.some(({ status }) => status?.allocation === undefined);
    if (isOpen) state.ground = this.#ground();
    return SUCCESS;
  }

  filter(cycle: Cycle, node: NodeInfo): Status {
    const state = readState(cycle);
    if (state === undefined) return SUCCESS;
    const elsewhere = state.claims.filter((claim) => isElsewhere(claim, node) || state.lost.has(claim));
    for (const claim of elsewhere) state.unavailable.add(claim);
    if (state.extended?.stale !== undefined) return STALE;
    const open = state.claims.filter(({ status }) => status?.allocation === undefined);
    const extra = extendedFor(cycle.pod.pod, state, node);
    const failure = this.#allocate(state, node, extra === undefined ? open : [...open, extra]);
    return failure ?? (elsewhere.length > 0 ? NOT_HERE : SUCCESS);
  }

  #allocate(state: ResourceState, node: NodeInfo, wanted: readonly ResourceClaim[]): Status | undefined {
    if (wanted.length === 0 || state.ground === undefined) return undefined;
    try {
      const results = allocate(wanted, node.node, state.ground);
      if (results === undefined) return NOT_ALLOCATED;
      const decided = results.map((allocation, index) => ({ claim: wanted[index] as ResourceClaim, allocation }));
      state.nodes.set(node.name, decided);
      return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return error instanceof NodeProblem ? unresolvable(message) : { code: "Error", reasons: [message] };
    }
  }

  #ground(): AllocationGround {
    const { reader, random } = this.#components;
    const pools = poolsOf(reader.list(RESOURCE_SLICES));
    return {
      pools,
      usage: DeviceUsage.of(this.#ledger.all(), pools),
      classOf: (name) => reader.get(DEVICE_CLASSES, name),
      matches: this.#rules.matches,
      uid: () => uuid(random),
    };
  }

  /** Says why nothing on any node can serve a claim. */
  #problemOf(claim: ResourceClaim, pod: Pod): string | undefined {
    const { metadata, status } = claim;
    const unknown = status?.allocation === undefined ? this.#unknownClass(claim) : undefined;
    if (unknown !== undefined) return unknown;
    if (metadata?.deletionTimestamp !== undefined) return `resourceclaim "${metadata.name}" is being deleted`;
    const consumers = status?.reservedFor ?? [];
    const isFull = consumers.length >= MOST_CONSUMERS && !consumers.some(({ uid }) => uid === pod.metadata?.uid);
    return isFull ? "resourceclaim in use" : undefined;
  }

  #unknownClass({ spec }: ResourceClaim): string | undefined {
    for (const { name, exactly, firstAvailable = [] } of spec?.devices?.requests ?? []) {
      for (const { deviceClassName } of exactly === undefined ? firstAvailable : [exactly]) {
        if (this.#components.reader.get(DEVICE_CLASSES, deviceClassName) === undefined)
          return `request ${name}: device class ${deviceClassName} does not exist`;
      }
    }
    return undefined;
  }
}

/** The claim for extended resources that this node does not have itself; undefined when it has them all. */
function extendedFor(pod: Pod, { extended }: ResourceState, { allocatable }: NodeInfo): ResourceClaim | undefined {
  const isMissing = (resource: string): boolean => (allocatable.scalar.get(resource) ?? 0) === 0;
  const missing = [...(extended?.classes ?? [])].filter(([resource]) => isMissing(resource));
  return missing.length === 0 ? undefined : extendedClaim(pod, extendedRequests(pod, new Map(missing)).requests);
}

function isElsewhere({ status }: ResourceClaim, { node }: NodeInfo): boolean {
  const terms = status?.allocation?.nodeSelector?.nodeSelectorTerms;
  return terms !== undefined && !terms.some((term) => matchesTerm(node, term));
}

/** A version 4 UUID from the scheduler's randomness, so that runs on a virtual clock repeat. */
function uuid(random: () => number): string {
  const digit = (): string => Math.floor(random() * 16).toString(16);
  const digits = (count: number): string => Array.from({ length: count }, digit).join("");
  const variant = (8 + Math.floor(random() * 4)).toString(16);
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
