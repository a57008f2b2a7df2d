import { PODS, type Pod, RESOURCE_CLAIMS, type ResourceClaim } from "@pinnace/api";
import { formatTime } from "@pinnace/apimachinery";
import type { Counter } from "@pinnace/metrics";
import type { Cycle, SchedulerComponents } from "@pinnace/scheduler-framework";
import type { ClaimLedger } from "./claim-ledger.ts";
import { extendedRequests } from "./extended-resources.ts";
import { isReservedFor } from "./pod-claims.ts";
import { type Decision, type ResourceState, readState } from "./resource-state.ts";

/** Keeps a claim from going while its devices are allocated (resource.k8s.io/v1 Finalizer). */
const FINALIZER = "resource.kubernetes.io/delete-protection";

type Components = Pick<SchedulerComponents, "writer" | "clock" | "metrics">;

/** Keeps and writes what was decided for a pod, and takes it back. */
export class ClaimBinding {
  readonly #components: Components;
  readonly #ledger: ClaimLedger;
  readonly #creates: Counter | undefined;

  constructor(components: Components, ledger: ClaimLedger) {
    this.#components = components;
    this.#ledger = ledger;
    this.#creates = components.metrics?.counter({
      name: "scheduler_resourceclaim_creates_total",
      help: "[ALPHA] Number of ResourceClaims creation requests within scheduler",
      labelNames: ["status"],
    });
  }

  reserve(cycle: Cycle, nodeName: string): void {
    const state = readState(cycle);
    const { pod } = cycle.pod;
    for (const { claim, allocation } of state?.nodes.get(nodeName) ?? []) this.#ledger.reserve(claim, allocation, pod);
    for (const claim of state?.claims ?? []) this.#ledger.reserve(claim, undefined, pod);
  }

  async unreserve(cycle: Cycle, nodeName: string): Promise<void> {
    const state = readState(cycle);
    const { pod } = cycle.pod;
    for (const { claim } of state?.nodes.get(nodeName) ?? []) this.#ledger.release(claim, pod);
    for (const claim of state?.claims ?? []) {
      this.#ledger.release(claim, pod);
      await this.#unreserve(this.#ledger.newest(claim), pod);
    }
    if (state?.created !== undefined) await this.#remove(state.created);
  }

  /** Rejects with `StatusError`: `Conflict` when a claim changed meanwhile. */
  async write(cycle: Cycle, nodeName: string): Promise<void> {
    const state = readState(cycle);
    const { pod } = cycle.pod;
    const extra = state?.nodes.get(nodeName)?.find(({ claim }) => claim.metadata?.name === undefined);
    if (state !== undefined && extra !== undefined) await this.#writeExtended(state, extra, pod);
    for (const claim of state?.claims ?? []) await this.#write(claim, pod);
  }

  /** Gives an allocation up that keeps the pod from other nodes and that nobody else uses. Resolves to what was done. */
  async free(pod: Pod, { unavailable, extended }: ResourceState): Promise<string> {
    for (const claim of [...unavailable].map((each) => this.#ledger.newest(each))) {
      const { reservedFor = [], allocation } = claim.status ?? {};
      if (allocation === undefined || reservedFor.some(({ uid }) => uid !== pod.metadata?.uid)) continue;
      await this.#patchStatus(claim, { allocation: null, reservedFor: null, devices: null });
      return "deallocation of ResourceClaim completed";
    }
    if (extended?.stale === undefined) return "still not schedulable";
    await this.#remove(extended.stale);
    return "deletion of ResourceClaim completed";
  }

  /** The claim for extended resources comes to be when it is known what is in it. */
  async #writeExtended(state: ResourceState, { claim, allocation }: Decision, pod: Pod): Promise<void> {
    const { writer } = this.#components;
    const created = await this.#create(claim);
    state.created = created;
    this.#ledger.reserve(created, allocation, pod);
    this.#ledger.release(claim, pod);
    await this.#write(created, pod);
    const names = new Set((claim.spec?.devices?.requests ?? []).map(({ name }) => name));
    const { mappings } = extendedRequests(pod, state.extended?.classes ?? new Map());
    const extendedResourceClaimStatus = {
      resourceClaimName: created.metadata?.name,
      requestMappings: mappings.filter(({ requestName }) => names.has(requestName)),
    };
    await writer.patch(PODS, pod, { status: { extendedResourceClaimStatus } }, "status");
  }

  async #create(claim: ResourceClaim): Promise<ResourceClaim> {
    let status = "failure";
    try {
      const created = await this.#components.writer.create(RESOURCE_CLAIMS, claim);
      status = "success";
      return created;
    } finally {
      this.#creates?.inc({ status });
    }
  }

  async #write(of: ResourceClaim, pod: Pod): Promise<void> {
    let claim = this.#ledger.newest(of);
    const allocation = claim.status?.allocation === undefined ? this.#ledger.pending(claim) : undefined;
    if (allocation === undefined && isReservedFor(claim, pod)) return;
    if (allocation !== undefined && !(claim.metadata?.finalizers ?? []).includes(FINALIZER)) {
      const finalizers = [...(claim.metadata?.finalizers ?? []), FINALIZER];
      const patch = { metadata: { ...versionOf(claim), finalizers } };
      claim = await this.#components.writer.patch(RESOURCE_CLAIMS, claim, patch);
    }
    const consumers = claim.status?.reservedFor ?? [];
    const reservedFor = isReservedFor(claim, pod) ? consumers : [...consumers, consumer(pod)];
    const allocationTimestamp = formatTime(this.#components.clock.now());
    const decided = allocation === undefined ? {} : { allocation: { ...allocation, allocationTimestamp } };
    await this.#patchStatus(claim, { reservedFor, ...decided });
  }

  /** Takes the reservation of a pod back that will not be bound after all. */
  async #unreserve(claim: ResourceClaim, pod: Pod): Promise<void> {
    if (!isReservedFor(claim, pod)) return;
    const left = (claim.status?.reservedFor ?? []).filter(({ uid }) => uid !== pod.metadata?.uid);
    await this.#patchStatus(claim, { reservedFor: left.length === 0 ? null : left });
  }

  async #remove(claim: ResourceClaim): Promise<void> {
    const { writer } = this.#components;
    await writer.patch(RESOURCE_CLAIMS, claim, { metadata: { finalizers: null } });
    await writer.delete(RESOURCE_CLAIMS, claim);
    this.#ledger.forget(claim);
  }

  async #patchStatus(claim: ResourceClaim, status: object): Promise<void> {
    const patch = { metadata: versionOf(claim), status };
    this.#ledger.wrote(await this.#components.writer.patch(RESOURCE_CLAIMS, claim, patch, "status"));
  }
}

/** So that a claim that changed or is another one by now is left alone. */
const versionOf = ({ metadata }: ResourceClaim): object => ({
  uid: metadata?.uid,
  resourceVersion: metadata?.resourceVersion,
});

const consumer = ({ metadata }: Pod): object => ({ resource: "pods", name: metadata?.name, uid: metadata?.uid });
