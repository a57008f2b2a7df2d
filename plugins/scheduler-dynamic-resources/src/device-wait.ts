import { PODS, type Pod, type ResourceClaim } from "@pinnace/api";
import type { Counter, Histogram } from "@pinnace/metrics";
import type { Cycle, SchedulerComponents } from "@pinnace/scheduler-framework";
import { deviceConditions, hasBindingConditions, isOverdue, readinessOf } from "./binding-conditions.ts";
import type { ClaimLedger } from "./claim-ledger.ts";
import { readState } from "./resource-state.ts";

/** How often claims are looked at, milliseconds. */
const POLL = 5_000;

type Outcome = "success" | "failure" | "timeout" | "error";

class WaitError extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome, message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/**
 * Keeps a pod from its node until the drivers have its devices ready there (KEP-5007). A claim that has failed or had its
 * time stays allocated for the moment: the next attempt finds it unusable and gives it up.
 */
export class DeviceWait {
  readonly #components: SchedulerComponents;
  readonly #ledger: ClaimLedger;
  readonly #timeout: number;
  readonly #durations: Histogram | undefined;
  readonly #allocations: Counter | undefined;

  /** `timeout` in milliseconds. */
  constructor(components: SchedulerComponents, ledger: ClaimLedger, timeout: number) {
    this.#components = components;
    this.#ledger = ledger;
    this.#timeout = timeout;
    const labelNames = ["profile", "driver", "status"];
    this.#durations = components.metrics?.histogram({
      name: "scheduler_dra_bindingconditions_wait_duration_seconds",
      help: "[ALPHA] Time in seconds spent waiting for BindingConditions to be satisfied during PreBind.",
      labelNames,
      buckets: Array.from({ length: 14 }, (_, index) => 0.1 * 2 ** index),
    });
    this.#allocations = components.metrics?.counter({
      name: "scheduler_dra_bindingconditions_allocations_total",
      help: "[ALPHA] Number of allocations using devices with BindingConditions, counted per driver per scheduling attempt",
      labelNames,
    });
  }

  /** Whether a claim can become usable no more. */
  isLost(claim: ResourceClaim): boolean {
    const readiness = readinessOf(claim);
    if (readiness === "ready") return false;
    return readiness !== "pending" || isOverdue(claim, this.#timeout, this.#components.clock.now());
  }

  /** Resolves when all devices are ready. Rejects when one has failed, when time is up, and when the attempt is given up. */
  async untilReady(cycle: Cycle, nodeName: string): Promise<void> {
    const { clock, events } = this.#components;
    const claims = this.#claims(cycle);
    if (!claims.some(hasBindingConditions)) return;
    const note = `waiting for binding conditions for device on node ${nodeName}`;
    const event = { type: "Normal", reason: "BindingConditionsPending", action: "Scheduling", note } as const;
    events.event(cycle.pod.pod, event);
    const started = clock.now();
    let outcome: Outcome = "success";
    try {
      await this.#poll(cycle, started + this.#timeout);
    } catch (error) {
      outcome = error instanceof WaitError ? error.outcome : "error";
      throw error;
    } finally {
      this.#measure(this.#claims(cycle), outcome, (clock.now() - started) / 1_000);
    }
  }

  async #poll(cycle: Cycle, deadline: number): Promise<void> {
    const { clock } = this.#components;
    while (!this.#areReady(cycle)) {
      const left = deadline - clock.now();
      if (left <= 0) throw new WaitError("timeout", "device binding timeout: context deadline exceeded");
      await clock.sleep(Math.min(POLL, left), cycle.signal);
      if (this.#isGone(cycle.pod.pod)) throw new WaitError("error", "pod deleted");
    }
  }

  #areReady(cycle: Cycle): boolean {
    for (const claim of this.#claims(cycle)) {
      if (!this.#ledger.isThere(claim)) {
        const key = `${claim.metadata?.namespace}/${claim.metadata?.name}`;
        throw new WaitError("error", `could not find v1.ResourceClaim ${JSON.stringify(key)}`);
      }
      const readiness = readinessOf(claim);
      if (readiness === "ready") continue;
      if (readiness !== "pending") throw new WaitError("failure", readiness.failure);
      if (isOverdue(claim, this.#timeout, this.#components.clock.now())) {
        throw new WaitError("timeout", `device binding timeout: claim=${claim.metadata?.name}`);
      }
      return false;
    }
    return true;
  }

  /** The pod's claims, the one for extended resources among them, as they are now. */
  #claims(cycle: Cycle): readonly ResourceClaim[] {
    const { claims = [], created } = readState(cycle) ?? {};
    return [...claims, ...(created === undefined ? [] : [created])].map((claim) => this.#ledger.newest(claim));
  }

  /** Nobody waits for a pod that has been deleted. */
  #isGone({ metadata }: Pod): boolean {
    const now = this.#components.reader.get(PODS, `${metadata?.namespace}/${metadata?.name}`);
    return now?.metadata?.uid !== metadata?.uid || now?.metadata?.deletionTimestamp !== undefined;
  }

  #measure(claims: readonly ResourceClaim[], status: Outcome, seconds: number): void {
    const profile = this.#components.schedulerName;
    for (const claim of claims) {
      for (const { driver } of claim.status?.allocation?.devices?.results ?? []) {
        this.#durations?.observe(seconds, { profile, driver, status });
      }
      for (const { driver } of deviceConditions(claim)) this.#allocations?.inc({ profile, driver, status });
    }
  }
}
