import type { ResourceClaim } from "@pinnace/api";
import { parseDuration } from "@pinnace/apimachinery";
import {
  type QueueingHintFunction,
  type SchedulerComponents,
  type SchedulerPlugin,
  SKIP,
  SUCCESS,
  unresolvable,
  unschedulable,
} from "@pinnace/scheduler-framework";
import { ClaimBinding } from "./claim-binding.ts";
import { ClaimLedger } from "./claim-ledger.ts";
import { ClaimScheduling } from "./claim-scheduling.ts";
import { createSelectorMatcher, type DeviceExpression } from "./device-selectors.ts";
import { DeviceWait } from "./device-wait.ts";
import { claimsOf } from "./pod-claims.ts";
import { readState } from "./resource-state.ts";

/** The plugin's configuration (DynamicResourcesArgs). */
export interface DynamicResourcesArgs {
  /** How long drivers have to make devices with binding conditions ready; default `10m0s`. */
  readonly bindingTimeout?: string;
}

/** `compile` makes a device selector from its CEL source; it throws with cel-go's words. */
export function createDynamicResources(
  components: SchedulerComponents,
  { bindingTimeout = "10m0s" }: DynamicResourcesArgs,
  compile: (source: string) => DeviceExpression,
): SchedulerPlugin {
  const { reader, clock } = components;
  const ledger = new ClaimLedger(reader, clock);
  const wait = new DeviceWait(components, ledger, parseDuration(bindingTimeout) ?? 0);
  const isLost = (claim: ResourceClaim): boolean => wait.isLost(claim);
  const scheduling = new ClaimScheduling(components, ledger, { matches: createSelectorMatcher(compile), isLost });
  const binding = new ClaimBinding(components, ledger);
  return {
    preEnqueue: ({ pod }) => {
      if (pod.spec?.resourceClaims === undefined) return SUCCESS;
      const claims = claimsOf(pod, reader);
      return "missing" in claims ? unresolvable(claims.missing) : SUCCESS;
    },
    preFilter: (cycle) => ({ status: scheduling.prepare(cycle) }),
    filter: (cycle, node) => scheduling.filter(cycle, node),
    postFilter: async (cycle) => {
      const state = readState(cycle);
      if (state === undefined) return { status: { code: "Error", reasons: ["not found"] } };
      if (state.claims.length === 0 && state.extended === undefined)
        return { status: unschedulable("no new claims to deallocate") };
      return { status: unschedulable(await binding.free(cycle.pod.pod, state)) };
    },
    reserve: (cycle, nodeName) => {
      binding.reserve(cycle, nodeName);
      return SUCCESS;
    },
    unreserve: (cycle, nodeName) => binding.unreserve(cycle, nodeName),
    preBindPreFlight: (cycle, nodeName) => {
      const state = readState(cycle);
      return (state?.claims.length ?? 0) + (state?.nodes.get(nodeName)?.length ?? 0) === 0 ? SKIP : SUCCESS;
    },
    preBind: async (cycle, nodeName) => {
      await binding.write(cycle, nodeName);
      await wait.untilReady(cycle, nodeName);
      return SUCCESS;
    },
    eventsToRegister: () => [
      { event: { resource: "ResourceClaim", actions: ["Add", "Update", "Delete"] }, hint: afterClaimChange },
      { event: { resource: "ResourceSlice", actions: ["Add", "Update"] } },
      { event: { resource: "DeviceClass", actions: ["Add", "Update"] } },
      { event: { resource: "UnscheduledPod", actions: ["Update"] } },
      { event: { resource: "Node", actions: ["Add", "UpdateNodeLabel"] } },
    ],
  };
}

/** A claim concerns its pods when it changes, and everybody when it no longer holds devices. */
const afterClaimChange: QueueingHintFunction = ({ pod }, before, after) => {
  const had = (before as ResourceClaim | undefined)?.status?.allocation !== undefined;
  const has = (after as ResourceClaim | undefined)?.status?.allocation !== undefined;
  if (had && !has) return "Queue";
  const isOfPod = after?.metadata?.namespace === pod.metadata?.namespace && (pod.spec?.resourceClaims ?? []).length > 0;
  return isOfPod ? "Queue" : "QueueSkip";
};
