import { createPodInfo } from "@pinnace/scheduler-framework";
import {
  attempt,
  testComponents,
  testCycle,
  testNode,
  testNodeInfo,
  testPod,
  testReader,
} from "@pinnace/scheduler-framework/compliance";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.ts";

const nodes = ["a", "b"].map((name) => testNodeInfo(testNode(name)));
const pod = testPod("p", { resourceClaims: [{ name: "device", resourceClaimName: "c" }] });
const on = (node: string): object => ({
  nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }] },
});
const claim = (status: object | undefined, metadata: object = {}): object => ({
  metadata: { name: "c", namespace: "default", ...metadata },
  spec: {},
  status,
});
const create = (...resourceclaims: readonly object[]) =>
  plugin.create(testComponents({ reader: testReader({ resourceclaims }) }), {});

describe("DynamicResources", () => {
  const template = { resourceClaims: [{ name: "device", resourceClaimTemplateName: "t" }] };
  const made = (resourceClaimStatuses: readonly object[]) => ({
    ...testPod("p", template),
    status: { resourceClaimStatuses },
  });
  it.each([
    { what: "no claims", of: testPod("p"), claims: [], enters: true },
    { what: "a claim", of: pod, claims: [claim({})], enters: true },
    { what: "a missing claim", of: pod, claims: [], enters: false },
    { what: "a claim yet to be made", of: testPod("p", template), claims: [], enters: false },
    {
      what: "a claim that was made",
      of: made([{ name: "device", resourceClaimName: "c" }]),
      claims: [claim({})],
      enters: true,
    },
    { what: "a template that needs no claim", of: made([{ name: "device" }]), claims: [], enters: true },
  ])("lets a pod with $what into the queue: $enters", ({ of, claims, enters }) => {
    const { code } = create(...claims).preEnqueue!(createPodInfo(of as never));
    expect(code).toBe(enters ? "Success" : "UnschedulableAndUnresolvable");
  });

  it.each([
    { what: "that asks for nothing", status: {}, says: [undefined, undefined] },
    {
      what: "allocated on one node",
      status: { allocation: on("a") },
      says: [undefined, "resourceclaim not available on the node"],
    },
    { what: "allocated anywhere", status: { allocation: {} }, says: [undefined, undefined] },
  ])("with a claim $what says $says", ({ status, says }) => {
    expect(attempt(create(claim(status)), pod, nodes).filters.map(({ reasons }) => reasons[0])).toEqual(says);
  });

  it("allocates where there are devices, and frees them for others when the pod goes nowhere", async () => {
    const slice = {
      metadata: { name: "s" },
      spec: {
        driver: "d",
        nodeName: "b",
        pool: { name: "p", generation: 1, resourceSliceCount: 1 },
        devices: [{ name: "d0" }],
      },
    };
    const devices = { requests: [{ name: "r", exactly: { deviceClassName: "any" } }] };
    const wanting = (name: string) => ({ metadata: { name, namespace: "default", uid: name }, spec: { devices } });
    const reader = testReader({
      deviceclasses: [{ metadata: { name: "any" }, spec: {} }],
      resourceslices: [slice],
      resourceclaims: [wanting("c"), wanting("c2")],
    });
    const instance = plugin.create(testComponents({ reader }), {});
    const says = (of: typeof pod) => attempt(instance, of, nodes).filters.map(({ reasons }) => reasons[0]);
    const other = testPod("q", { resourceClaims: [{ name: "device", resourceClaimName: "c2" }] });
    const cycle = testCycle(pod, nodes);
    instance.preFilter!(cycle);
    expect(nodes.map((node) => instance.filter!(cycle, node).reasons[0])).toEqual([
      "cannot allocate all claims",
      undefined,
    ]);
    await instance.reserve!(cycle, "b");
    expect(says(other)).toEqual(["cannot allocate all claims", "cannot allocate all claims"]);
    await instance.unreserve!(cycle, "b");
    expect(says(other)).toEqual(["cannot allocate all claims", undefined]);
  });

  it("gives an allocation elsewhere up that nobody uses", async () => {
    const patches: unknown[] = [];
    const writer = {
      ...testComponents().writer,
      patch: async <T>(_type: unknown, object: T, patch: unknown): Promise<T> => {
        patches.push((patch as { readonly status: unknown }).status);
        return object;
      },
    };
    const reader = testReader({ resourceclaims: [claim({ allocation: on("gone") })] });
    const instance = plugin.create(testComponents({ reader, writer }), {});
    const cycle = testCycle(pod, nodes);
    instance.preFilter!(cycle);
    for (const node of nodes) instance.filter!(cycle, node);
    const { status } = await instance.postFilter!(cycle, new Map());
    expect(status.reasons).toEqual(["deallocation of ResourceClaim completed"]);
    expect(patches).toEqual([{ allocation: null, reservedFor: null, devices: null }]);
  });

  it("names a device class that does not exist", async () => {
    const devices = { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] };
    const instance = create({ metadata: { name: "c", namespace: "default" }, spec: { devices } });
    const cycle = testCycle(pod, nodes);
    expect(instance.preFilter!(cycle).status.reasons).toEqual(["request r: device class gpu does not exist"]);
    const { status } = await instance.postFilter!(cycle, new Map());
    expect(status.reasons).toEqual(["no new claims to deallocate"]);
  });

  it.each([
    {
      what: "is being deleted",
      of: claim({}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      reason: 'resourceclaim "c" is being deleted',
    },
    {
      what: "has as many users as can be",
      of: claim({ reservedFor: Array.from({ length: 256 }, (_, index) => ({ uid: `${index}` })) }),
      reason: "resourceclaim in use",
    },
  ])("refuses a claim that $what", ({ of, reason }) => {
    expect(attempt(create(of), pod, nodes).preFilter?.reasons).toEqual([reason]);
  });

  it.each([
    { what: "a pod without claims", of: testPod("p"), prepared: true, message: "no new claims to deallocate" },
    { what: "a pod with claims", of: pod, prepared: true, message: "still not schedulable" },
    { what: "an attempt that ended before", of: pod, prepared: false, message: "not found" },
  ])("after filtering says of $what: $message", async ({ of, prepared, message }) => {
    const instance = create(claim({}));
    const cycle = testCycle(of, nodes);
    if (prepared) instance.preFilter!(cycle);
    expect((await instance.postFilter!(cycle, new Map())).status.reasons).toEqual([message]);
  });

  it("reserves claims for the pod before it is bound", async () => {
    const patches: unknown[] = [];
    const reader = testReader({ resourceclaims: [claim({ allocation: {}, reservedFor: [{ uid: "other" }] })] });
    const instance = plugin.create(
      testComponents({
        reader,
        writer: {
          ...testComponents().writer,
          bind: async () => undefined,
          preempt: async () => undefined,
          patch: async (_type, object, patch, subresource) => {
            patches.push([subresource, (patch as { readonly status: unknown }).status]);
            return object;
          },
        },
      }),
      {},
    );
    const cycle = testCycle(pod, nodes);
    instance.preFilter!(cycle);
    expect(instance.preBindPreFlight!(cycle, "a").code).toBe("Success");
    await instance.preBind!(cycle, "a");
    expect(patches).toEqual([
      ["status", { reservedFor: [{ uid: "other" }, { resource: "pods", name: "p", uid: "uid-p" }] }],
    ]);
  });
});
