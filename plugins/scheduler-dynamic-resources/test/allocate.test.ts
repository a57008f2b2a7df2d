import type { DeviceClass, Node, ResourceClaim, ResourceSlice } from "@pinnace/api";
import { describe, expect, it } from "vitest";
import { allocate } from "../src/allocate.ts";
import { poolsOf } from "../src/device-pools.ts";
import { createSelectorMatcher } from "../src/device-selectors.ts";
import { DeviceUsage } from "../src/device-usage.ts";

const node = (name = "a", labels = {}): Node => ({ metadata: { name, labels } });
/** `model == x`, instead of CEL. */
const matches = createSelectorMatcher((source) => {
  if (source === "bad") throw new Error("syntax error");
  return ({ device }) => {
    const model = device.attributes?.model?.string;
    if (model === undefined) throw new Error("no such key: model");
    return model === source;
  };
});
const cel = (expression: string) => ({ cel: { expression } });
const classes = new Map<string, DeviceClass>([
  ["any", { metadata: { name: "any" }, spec: {} }],
  ["x", { metadata: { name: "x" }, spec: { selectors: [cel("x")] } }],
  [
    "tuned",
    { metadata: { name: "tuned" }, spec: { config: [{ opaque: { driver: "d", parameters: { a: 1 } } as never }] } },
  ],
]);

type Devices = NonNullable<ResourceSlice["spec"]["devices"]>;
const slice = (devices: Devices, spec: object = {}): ResourceSlice => ({
  metadata: { name: `s-${JSON.stringify(devices[0] ?? spec)}` },
  spec: { driver: "d", nodeName: "a", pool: { name: "p", generation: 1, resourceSliceCount: 1 }, devices, ...spec },
});
const model = (name: string, value: string): Devices[number] => ({ name, attributes: { model: { string: value } } });
const claim = (requests: readonly object[], more: object = {}, status?: object): ResourceClaim =>
  ({ metadata: { name: "c", namespace: "default" }, spec: { devices: { requests, ...more } }, status }) as never;
const one = (request: object = {}, name = "r") => ({ name, exactly: { deviceClassName: "any", ...request } });

function run(
  claims: readonly ResourceClaim[],
  slices: readonly ResourceSlice[],
  used: readonly ResourceClaim[] = [],
  on = node(),
) {
  const pools = poolsOf(slices);
  const usage = DeviceUsage.of(used, pools);
  const ground = { pools, usage, classOf: (name: string) => classes.get(name), matches, uid: () => "uid" };
  return allocate(claims, on, ground);
}

const names = (...args: Parameters<typeof run>) =>
  run(...args)
    ?.map(({ devices }) => devices?.results?.map(({ request, device }) => `${request}=${device}`).join(" "))
    .join(" | ");

const used = (...results: object[]): ResourceClaim =>
  claim([], {}, { allocation: { devices: { results: results.map((each) => ({ driver: "d", pool: "p", ...each })) } } });

const two = slice([model("d0", "x"), model("d1", "y")]);
const three = slice([model("d0", "x"), model("d1", "y"), model("d2", "y")]);

describe("devices are allocated", () => {
  it.each<[string, Parameters<typeof run>, string | undefined]>([
    ["the first that is free", [[claim([one()])], [two]], "r=d0"],
    ["none on another node", [[claim([one()])], [two], [], node("b")], undefined],
    [
      "by the class's selectors",
      [[claim([one({ deviceClassName: "x" })])], [slice([model("d0", "y"), model("d1", "x")])]],
      "r=d1",
    ],
    ["by the request's selectors", [[claim([one({ selectors: [cel("y")] })])], [two]], "r=d1"],
    [
      "not twice within a claim",
      [[claim([one({}, "r1"), one({ selectors: [cel("x")] }, "r2")])], [two]],
      "r1=d1 r2=d0",
    ],
    ["not twice among claims", [[claim([one()]), claim([one({ selectors: [cel("x")] })])], [two]], "r=d1 | r=d0"],
    ["not when in use", [[claim([one()])], [two], [used({ device: "d0" })]], "r=d1"],
    ["not when all are in use", [[claim([one()])], [two], [used({ device: "d0" }, { device: "d1" })]], undefined],
    [
      "with admin access also when in use",
      [[claim([one({ adminAccess: true })])], [two], [used({ device: "d0" })]],
      "r=d0",
    ],
    ["as if admin access used nothing", [[claim([one()])], [two], [used({ device: "d0", adminAccess: true })]], "r=d0"],
    ["several", [[claim([one({ count: 2 })])], [two]], "r=d0 r=d1"],
    ["not when there are too few", [[claim([one({ count: 3 })])], [two]], undefined],
    ["all of them", [[claim([one({ allocationMode: "All" })])], [three]], "r=d0 r=d1 r=d2"],
    [
      "not all of them when one is in use",
      [[claim([one({ allocationMode: "All" })])], [two], [used({ device: "d1" })]],
      undefined,
    ],
    ["all of none are none", [[claim([one({ allocationMode: "All", selectors: [cel("z")] })])], [two]], undefined],
    [
      "alike by an attribute",
      [[claim([one({ count: 2 })], { constraints: [{ requests: ["r"], matchAttribute: "d/model" }] })], [three]],
      "r=d1 r=d2",
    ],
    [
      "different by an attribute",
      [[claim([one({ count: 2 })], { constraints: [{ distinctAttribute: "d/model" }] })], [three]],
      "r=d0 r=d1",
    ],
    [
      "not without the attribute",
      [[claim([one()], { constraints: [{ matchAttribute: "d/speed" }] })], [two]],
      undefined,
    ],
    [
      "by the first alternative that there is",
      [
        [
          claim([
            {
              name: "r",
              firstAvailable: [
                { name: "z", deviceClassName: "any", selectors: [cel("z")] },
                { name: "y", deviceClassName: "any", selectors: [cel("y")] },
              ],
            },
          ]),
        ],
        [two],
      ],
      "r/y=d1",
    ],
    [
      "not when tainted",
      [[claim([one()])], [slice([{ ...model("d0", "x"), taints: [{ key: "k", effect: "NoSchedule" }] }])]],
      undefined,
    ],
    [
      "when the taint is tolerated",
      [
        [claim([one({ tolerations: [{ key: "k", operator: "Exists" }] })])],
        [slice([{ ...model("d0", "x"), taints: [{ key: "k", effect: "NoExecute" }] }])],
      ],
      "r=d0",
    ],
    [
      "not of an old generation",
      [
        [claim([one()])],
        [two, slice([model("n", "x")], { pool: { name: "p", generation: 2, resourceSliceCount: 1 } })],
      ],
      "r=n",
    ],
    [
      "not of an incomplete pool",
      [[claim([one()])], [slice([model("d0", "x")], { pool: { name: "p", generation: 1, resourceSliceCount: 2 } })]],
      undefined,
    ],
    [
      "at most 32 to a claim",
      [[claim([one({ count: 33 })])], [slice(Array.from({ length: 40 }, (_, i) => model(`d${i}`, "x")))]],
      undefined,
    ],
  ])("%s", (_, args, expected) => {
    expect(names(...args)).toBe(expected);
  });

  it("and given back after the search", () => {
    const pools = poolsOf([two]);
    const usage = DeviceUsage.of([], pools);
    const ground = { pools, usage, classOf: (name: string) => classes.get(name), matches, uid: () => "uid" };
    const first = allocate([claim([one({ count: 2 })])], node(), ground);
    expect(allocate([claim([one({ count: 2 })])], node(), ground)).toEqual(first);
  });
});

describe("shares of a device", () => {
  const shared = (capacity: object = { value: "40Gi" }) =>
    slice([{ name: "d0", allowMultipleAllocations: true, capacity: { memory: capacity as never } }]);
  const asks = (memory?: string) => claim([one(memory === undefined ? {} : { capacity: { requests: { memory } } })]);
  const share = (memory: string) => used({ device: "d0", shareID: "s", consumedCapacity: { memory } });
  const policy = {
    value: "40Gi",
    requestPolicy: { default: "1Gi", validRange: { min: "2Gi", max: "8Gi", step: "2Gi" } },
  };
  const values = { value: "40Gi", requestPolicy: { default: "1Gi", validValues: ["1Gi", "4Gi"] } };
  it.each<[string, ResourceSlice, ResourceClaim, readonly ResourceClaim[], string | undefined]>([
    ["take what is asked for", shared(), asks("10Gi"), [share("30Gi")], "10Gi"],
    ["take everything unless something is asked for", shared(), asks(), [], "40Gi"],
    ["do not fit when too much is taken", shared(), asks("20Gi"), [share("30Gi")], undefined],
    [
      "need a capacity that the device has",
      slice([{ name: "d0", allowMultipleAllocations: true }]),
      asks("1Gi"),
      [],
      undefined,
    ],
    ["take the default", shared(policy), asks(), [], "1Gi"],
    ["take at least the least", shared(policy), asks("1"), [], "2Gi"],
    ["are rounded up to a step", shared(policy), asks("3Gi"), [], "4Gi"],
    ["are not larger than the largest", shared(policy), asks("9Gi"), [], undefined],
    ["are rounded up to a valid value", shared(values), asks("2Gi"), [], "4Gi"],
    ["are no larger than the largest valid value", shared(values), asks("5Gi"), [], undefined],
  ])("%s", (_, published, wanted, taken, expected) => {
    const [result] = run([wanted], [published], taken)?.[0]?.devices?.results ?? [];
    expect(result?.consumedCapacity?.memory).toBe(expected);
    if (expected !== undefined) expect(result?.shareID).toBe("uid");
  });

  it("add up within a claim", () => {
    const half = { capacity: { requests: { memory: "25Gi" } } };
    expect(run([claim([one(half, "a"), one(half, "b")])], [shared()])).toBeUndefined();
    const third = { capacity: { requests: { memory: "12Gi" } } };
    expect(names([claim([one(third, "a"), one(third, "b")])], [shared()])).toBe("a=d0 b=d0");
  });
});

describe("devices that share counters", () => {
  const counters = (memory: string) => [{ counterSet: "gpu", counters: { memory: { value: memory } } }];
  const partitions = slice(
    [
      { name: "whole", consumesCounters: counters("40Gi") },
      { name: "half-1", consumesCounters: counters("20Gi") },
      { name: "half-2", consumesCounters: counters("20Gi") },
    ],
    { pool: { name: "p", generation: 1, resourceSliceCount: 2 } },
  );
  const sets: ResourceSlice = {
    metadata: { name: "counters" },
    spec: {
      driver: "d",
      nodeName: "a",
      pool: { name: "p", generation: 1, resourceSliceCount: 2 },
      sharedCounters: [{ name: "gpu", counters: { memory: { value: "40Gi" } } }],
    },
  };
  it.each([
    [[one()], [], "r=whole"],
    [[one({ count: 2 })], [], "r=half-1 r=half-2"],
    [[one({ count: 3 })], [], undefined],
    [[one()], [used({ device: "half-2" })], "r=half-1"],
    [[one()], [used({ device: "whole" })], undefined],
  ])("%j beside %j: %s", (requests, taken, expected) => {
    expect(names([claim(requests)], [partitions, sets], taken)).toBe(expected);
  });

  it("need counters that exist", () => {
    const alone = {
      ...partitions,
      spec: { ...partitions.spec, pool: { name: "p", generation: 1, resourceSliceCount: 1 } },
    };
    expect(() => run([claim([one()])], [alone])).toThrow("invalid resource pools were encountered");
  });
});

describe("the result", () => {
  const zone = { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["z1"] }] }] };
  it.each<[string, object, Node, object | undefined]>([
    [
      "holds for the node of a local device",
      {},
      node(),
      { nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] }] },
    ],
    [
      "holds for the nodes that the device is for",
      { nodeName: undefined, nodeSelector: zone },
      node("a", { zone: "z1" }),
      zone,
    ],
    ["holds everywhere", { nodeName: undefined, allNodes: true }, node(), undefined],
  ])("%s", (_, spec, on, selector) => {
    expect(run([claim([one()])], [slice([model("d0", "x")], spec)], [], on)?.[0]?.nodeSelector).toEqual(selector);
  });

  it("has the configuration of classes, once, and of the claim", () => {
    const opaque = { driver: "d", parameters: { b: 2 } };
    const tuned = { deviceClassName: "tuned" };
    const config = [{ opaque }, { requests: ["r2"], opaque }, { requests: ["other"], opaque }];
    const [result] = run([claim([one(tuned, "r1"), one(tuned, "r2")], { config })], [two]) ?? [];
    expect(result?.devices?.config).toEqual([
      { source: "FromClass", requests: ["r1", "r2"], opaque: { driver: "d", parameters: { a: 1 } } },
      { source: "FromClaim", opaque },
      { source: "FromClaim", requests: ["r2"], opaque },
    ]);
  });

  it.each([
    [one({ selectors: [cel("bad")] }), "request r: selector #0: CEL compile error: syntax error"],
    [one({ selectors: [cel("x")] }), "request r: selector #0: CEL runtime error: no such key: model"],
    [
      one({ allocationMode: "All" }),
      "request r: asks for all devices, but resource pool d/p is currently being updated",
    ],
  ])("is an error for %j", (request, message) => {
    const published = slice(
      [{ name: "d0" }],
      message.includes("all devices") ? { pool: { name: "p", generation: 1, resourceSliceCount: 2 } } : {},
    );
    expect(() => run([claim([request])], [published])).toThrow(message);
  });
});
