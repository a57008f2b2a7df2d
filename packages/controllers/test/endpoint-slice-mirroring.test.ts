import { ENDPOINT_SLICES, ENDPOINTS, type EndpointSlice, SERVICES } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endpointSliceMirroringController } from "../src/endpointslicemirroring/index.ts";
import { planMirror } from "../src/endpointslicemirroring/plan-mirror.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const http = [{ name: "http", port: 80 }];
const metadata = { labels: { a: "b" } };

function slice(name: string, port: number, ip: string): EndpointSlice {
  return {
    metadata: { name, ...metadata },
    addressType: "IPv4",
    ports: [{ name: "http", protocol: "TCP", port }],
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
  };
}

const names = (slices: readonly EndpointSlice[]) => slices.map((each) => each.metadata?.name);

describe("a plan", () => {
  it("makes a slice per address family and set of ports", () => {
    const subsets = [
      { addresses: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }], ports: http },
      { notReadyAddresses: [{ ip: "10.0.0.2" }], ports: [{ name: "other", port: 81 }] },
    ];
    const { create } = planMirror({ subsets }, [], metadata);
    expect(create.map(({ addressType, ports, endpoints }) => [addressType, ports[0]?.port, endpoints[0]])).toEqual([
      ["IPv4", 80, { addresses: ["10.0.0.1"], conditions: { ready: true } }],
      ["IPv6", 80, { addresses: ["fd00::1"], conditions: { ready: true } }],
      ["IPv4", 81, { addresses: ["10.0.0.2"], conditions: { ready: false } }],
    ]);
  });

  it.each<[string, readonly EndpointSlice[], readonly unknown[]]>([
    ["keeps what is right", [slice("s", 80, "10.0.0.1")], [[], []]],
    ["follows addresses", [slice("s", 80, "10.0.0.9")], [["s"], []]],
    ["uses a slice with other ports again", [slice("s", 99, "10.0.0.1")], [["s"], []]],
    ["drops what is too much", [slice("s", 99, "10.0.0.1"), slice("t", 80, "10.0.0.1")], [[], ["s"]]],
  ])("%s", (_name, existing, [update, gone]) => {
    const plan = planMirror({ subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: http }] }, existing, metadata);
    expect([plan.create, names(plan.update), names(plan.delete)]).toEqual([[], update, gone]);
  });

  it("mirrors a thousand addresses of a subset", () => {
    const addresses = Array.from({ length: 1003 }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }));
    const { create, skipped } = planMirror({ subsets: [{ addresses, ports: http }] }, [], metadata);
    expect([create[0]?.endpoints.length, skipped]).toEqual([1000, 3]);
  });
});

describe("Endpoints kept by hand", () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = await startControlPlane([endpointSliceMirroringController]);
  });
  afterEach(() => plane.stop());

  const endpoints = (labels: Record<string, string> = {}) => ({
    metadata: { name: "svc", labels },
    subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: http }],
  });

  it.each<[string, Record<string, string> | undefined, Record<string, string>, number]>([
    ["are mirrored for a service without a selector", undefined, {}, 1],
    ["are not mirrored for one with a selector", { app: "web" }, {}, 0],
    ["may say that they are not mirrored", undefined, { "endpointslice.kubernetes.io/skip-mirror": "true" }, 0],
  ])("%s", async (_name, selector, labels, count) => {
    const spec = { ports: [{ port: 80 }], ...(selector === undefined ? {} : { selector }) };
    await plane.create(SERVICES, { metadata: { name: "svc" }, spec });
    await plane.create(ENDPOINTS, endpoints(labels));
    await plane.clock.settle();
    expect(await plane.list(ENDPOINT_SLICES)).toHaveLength(count);
  });

  it("lose their slices with their service", async () => {
    await plane.create(SERVICES, { metadata: { name: "svc" }, spec: { ports: [{ port: 80 }] } });
    await plane.create(ENDPOINTS, endpoints());
    await plane.clock.settle();
    await plane.client.resource(SERVICES).namespace("default").delete("svc");
    await plane.clock.settle();
    expect(await plane.list(ENDPOINT_SLICES)).toEqual([]);
  });
});
