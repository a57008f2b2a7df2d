import { PODS, type ResourceClaim } from "@pinnace/api";
import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { createMetricRegistry } from "@pinnace/metrics";
import type { ClusterReader, PodEvent } from "@pinnace/scheduler-framework";
import { testComponents, testCycle, testNode, testNodeInfo, testPod } from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const pod = testPod("p", { resourceClaims: [{ name: "device", resourceClaimName: "c" }] });
const nodes = [testNodeInfo(testNode("a"))];
const device = { driver: "d", pool: "p", device: "d0" };
const ALLOCATED = "2026-01-01T00:00:00Z";
const NOW = Date.parse(ALLOCATED);

const claimWith = (conditions?: readonly object[], allocationTimestamp: string = ALLOCATED): ResourceClaim =>
  ({
    metadata: { name: "c", namespace: "default", uid: "c" },
    spec: {},
    status: {
      allocation: {
        allocationTimestamp,
        devices: {
          results: [
            {
              request: "r",
              ...device,
              bindingConditions: ["Attached", "Powered"],
              bindingFailureConditions: ["Broken"],
            },
          ],
        },
      },
      reservedFor: [{ resource: "pods", name: "p", uid: "uid-p" }],
      ...(conditions === undefined ? {} : { devices: [{ ...device, conditions }] }),
    },
  }) as unknown as ResourceClaim;

const is = (type: string, status = "True"): object => ({ type, status, reason: "Why", message: 'said "so"' });

/** A cluster with one pod and one claim that change. */
function setup(claim: ResourceClaim) {
  const clock = createVirtualClock({ start: NOW });
  const state: { claim: ResourceClaim | undefined; pod: typeof pod | undefined } = { claim, pod };
  const events: PodEvent[] = [];
  const patches: unknown[] = [];
  const metrics = createMetricRegistry();
  const only = <T extends KubernetesObject>(type: ResourceType<T>): T | undefined =>
    ((type as unknown) === PODS ? state.pod : state.claim) as unknown as T | undefined;
  const reader: ClusterReader = {
    get: only,
    list: (type) => [only(type)].filter((one) => one !== undefined),
  };
  const writer = {
    ...testComponents().writer,
    patch: async <T>(_type: unknown, object: T, patch: unknown): Promise<T> => {
      patches.push((patch as { readonly status: unknown }).status);
      return object;
    },
  };
  const components = testComponents({
    reader,
    writer,
    clock,
    metrics,
    events: { event: (_pod, event) => events.push(event) },
  });
  return { clock, state, events, patches, metrics, instance: plugin.create(components, {}) };
}

/** Begins PreBind on the node; how it ends shows in `ended`. */
function bind(cluster: ReturnType<typeof setup>, abort = new AbortController()) {
  const cycle = testCycle(pod, nodes, abort.signal);
  cluster.instance.preFilter!(cycle);
  const result: { ended: string | undefined } = { ended: undefined };
  const note = (text: string): void => {
    result.ended = text;
  };
  cluster.instance.preBind!(cycle, "a").then(
    ({ code }) => note(code),
    (error: Error) => note(error.message),
  );
  return result;
}

describe("devices with binding conditions", () => {
  it("keep the pod from its node until all are true, and say so", async () => {
    const cluster = setup(claimWith());
    const result = bind(cluster);
    await cluster.clock.advance(20_000);
    cluster.state.claim = claimWith([is("Attached")]);
    await cluster.clock.advance(20_000);
    expect(result.ended).toBeUndefined();
    cluster.state.claim = claimWith([is("Attached"), is("Powered")]);
    await cluster.clock.advance(5_000);
    expect(result.ended).toBe("Success");
    expect(cluster.events).toEqual([
      {
        type: "Normal",
        reason: "BindingConditionsPending",
        action: "Scheduling",
        note: "waiting for binding conditions for device on node a",
      },
    ]);
    const text = cluster.metrics.expose();
    const labels = 'profile="default-scheduler",driver="d",status="success"';
    expect(text).toContain(`scheduler_dra_bindingconditions_allocations_total{${labels}} 1`);
    expect(text).toContain(`scheduler_dra_bindingconditions_wait_duration_seconds_sum{${labels}} 45`);
  });

  it.each([
    {
      what: "a failure condition is true",
      change: (cluster: ReturnType<typeof setup>) => {
        cluster.state.claim = claimWith([is("Attached"), is("Broken")]);
      },
      after: 5_000,
      says: 'device binding failed: claim=c, reason=Why, message="said \\"so\\""',
    },
    {
      what: "ten minutes are over",
      change: () => undefined,
      after: 600_000,
      says: "device binding timeout: context deadline exceeded",
    },
    {
      what: "the claim's time is over: it was allocated in an earlier attempt",
      change: (cluster: ReturnType<typeof setup>) => {
        cluster.state.claim = claimWith([], "2025-12-31T23:51:00Z");
      },
      after: 65_000,
      says: "device binding timeout: claim=c",
    },
    {
      what: "the claim is gone",
      change: (cluster: ReturnType<typeof setup>) => {
        cluster.state.claim = undefined;
      },
      after: 5_000,
      says: 'could not find v1.ResourceClaim "default/c"',
    },
    {
      what: "the pod is gone",
      change: (cluster: ReturnType<typeof setup>) => {
        cluster.state.pod = undefined;
      },
      after: 5_000,
      says: "pod deleted",
    },
  ])("are not waited for any more when $what", async ({ change, after, says }) => {
    const cluster = setup(claimWith());
    const result = bind(cluster);
    await cluster.clock.advance(1);
    change(cluster);
    await cluster.clock.advance(after - 2);
    expect(result.ended).toBeUndefined();
    await cluster.clock.advance(2);
    expect(result.ended).toBe(says);
  });

  it("are not waited for when the attempt is given up", async () => {
    const cluster = setup(claimWith());
    const abort = new AbortController();
    const result = bind(cluster, abort);
    await cluster.clock.advance(1);
    abort.abort(new Error("given up"));
    await cluster.clock.settle();
    expect(result.ended).toBe("given up");
  });

  it.each([
    { what: "pending", claim: claimWith(), fits: true },
    { what: "ready", claim: claimWith([is("Attached"), is("Powered")]), fits: true },
    { what: "failed", claim: claimWith([is("Attached"), is("Powered"), is("Broken")]), fits: false },
    { what: "pending for too long", claim: claimWith([], "2025-12-31T23:49:59Z"), fits: false },
    {
      what: "ready after a long time",
      claim: claimWith([is("Attached"), is("Powered")], "2025-12-31T00:00:00Z"),
      fits: true,
    },
  ])("that are $what fit: $fits, and are given up where not", async ({ claim, fits }) => {
    const { instance, patches } = setup(claim);
    const cycle = testCycle(pod, nodes);
    instance.preFilter!(cycle);
    const reasons = nodes.map((node) => instance.filter!(cycle, node).reasons[0]);
    expect(reasons).toEqual([fits ? undefined : "resourceclaim not available on the node"]);
    const { status } = await instance.postFilter!(cycle, new Map());
    expect(status.reasons).toEqual([fits ? "still not schedulable" : "deallocation of ResourceClaim completed"]);
    expect(patches).toEqual(fits ? [] : [{ allocation: null, reservedFor: null, devices: null }]);
  });
});
