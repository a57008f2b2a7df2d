import { ENDPOINT_SLICES, ENDPOINTS, NODES, PODS, type Pod, SERVICES, type Service } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endpointsController } from "../src/endpoints/index.ts";
import { endpointSliceController } from "../src/endpointslice/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([endpointSliceController, endpointsController], { pods: "pending" });
  await plane.create(NODES, { metadata: { name: "a", labels: { "topology.kubernetes.io/zone": "za" } } });
});
afterEach(() => plane.stop());

const service = (spec: object = {}): Service => ({
  metadata: { name: "svc", labels: { l: "1" } },
  spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }], ...spec },
});

async function addPod(name: string, ip: string, ready = true, spec: object = {}): Promise<Pod> {
  const pod = await plane.create(PODS, {
    metadata: { name, labels: { app: "web" } },
    spec: { nodeName: "a", containers: [{ name: "c", image: "img:1" }], ...spec } as never,
  });
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  const status = { ...pod.status, phase: "Running", podIP: ip, podIPs: [{ ip }], conditions };
  return plane.client
    .resource(PODS)
    .namespace("default")
    .updateStatus({ ...pod, status });
}

const slices = async () => {
  await plane.clock.settle();
  return plane.list(ENDPOINT_SLICES);
};

describe("the EndpointSlice controller", () => {
  it("lists ready and unready pods in one slice", async () => {
    await addPod("p0", "10.1.0.1");
    await addPod("p1", "10.1.0.2", false);
    const { metadata: owner } = await plane.create(SERVICES, service());
    const [slice, ...more] = await slices();
    expect(more).toEqual([]);
    expect(slice?.metadata).toMatchObject({
      generateName: "svc-",
      labels: {
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": "svc",
        l: "1",
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name: "svc", uid: owner?.uid, controller: true }],
    });
    expect(slice?.ports).toEqual([{ name: "http", port: 8080, protocol: "TCP" }]);
    expect(
      slice?.endpoints?.map(({ addresses, conditions, nodeName, zone }) => [addresses, conditions, nodeName, zone]),
    ).toEqual([
      [["10.1.0.1"], { ready: true, serving: true, terminating: false }, "a", "za"],
      [["10.1.0.2"], { ready: false, serving: false, terminating: false }, "a", "za"],
    ]);
  });

  it("follows pods that come, change and go, in the same slice", async () => {
    await plane.create(SERVICES, service());
    const [empty] = await slices();
    expect(empty?.endpoints ?? []).toEqual([]);
    await addPod("p0", "10.1.0.1");
    await addPod("p1", "10.1.0.2");
    const [full] = await slices();
    expect(full?.endpoints).toHaveLength(2);
    await plane.client.resource(PODS).namespace("default").delete("p0", { gracePeriodSeconds: 0 });
    const after = await slices();
    expect(after).toHaveLength(1);
    expect(after[0]?.endpoints?.map(({ addresses }) => addresses[0])).toEqual(["10.1.0.2"]);
    expect(after[0]?.metadata?.uid).toBe(full?.metadata?.uid);
  });

  it("makes a slice for each set of ports behind a named one", async () => {
    const ports = (containerPort: number) => ({
      containers: [{ name: "c", image: "i", ports: [{ name: "web", containerPort }] }],
    });
    await addPod("p0", "10.1.0.1", true, ports(8081));
    await addPod("p1", "10.1.0.2", true, ports(8082));
    await plane.create(SERVICES, service({ ports: [{ name: "http", port: 80, targetPort: "web" }] }));
    expect((await slices()).map((slice) => slice.ports?.[0]?.port).sort()).toEqual([8081, 8082]);
  });

  it("spreads more than 100 endpoints over slices", async () => {
    for (let index = 0; index < 130; index++) await addPod(`p${index}`, `10.1.0.${index}`);
    await plane.create(SERVICES, service());
    expect((await slices()).map((slice) => slice.endpoints?.length).sort()).toEqual([100, 30]);
  });

  it("makes a slice again that somebody deleted, and leaves foreign ones alone", async () => {
    await addPod("p0", "10.1.0.1");
    await plane.create(SERVICES, service());
    const labels = { "kubernetes.io/service-name": "svc", "endpointslice.kubernetes.io/managed-by": "me" };
    await plane.create(ENDPOINT_SLICES, { metadata: { name: "mine", labels }, addressType: "IPv4", endpoints: [] });
    const ours = (await slices()).find(({ metadata }) => metadata?.name !== "mine");
    await plane.client
      .resource(ENDPOINT_SLICES)
      .namespace("default")
      .delete(ours?.metadata?.name ?? "");
    const after = await slices();
    expect(after).toHaveLength(2);
    expect(after.map(({ metadata }) => metadata?.uid)).not.toContain(ours?.metadata?.uid);
  });

  it.each([
    ["PreferSameZone", { forZones: [{ name: "za" }] }],
    ["PreferSameNode", { forZones: [{ name: "za" }], forNodes: [{ name: "a" }] }],
  ])("hints %s", async (trafficDistribution, hints) => {
    await addPod("p0", "10.1.0.1");
    await plane.create(SERVICES, service({ trafficDistribution }));
    expect((await slices())[0]?.endpoints?.[0]?.hints).toEqual(hints);
  });
});

describe("the Endpoints controller", () => {
  it("keeps addresses, ready and not ready apart", async () => {
    await addPod("p0", "10.1.0.1");
    await addPod("p1", "10.1.0.2", false);
    await plane.create(SERVICES, service());
    await plane.clock.settle();
    const { metadata, subsets } = await plane.get(ENDPOINTS, "svc");
    expect(metadata?.labels).toEqual({ "endpoints.kubernetes.io/managed-by": "endpoint-controller", l: "1" });
    expect(subsets).toHaveLength(1);
    expect(subsets?.[0]?.addresses?.map(({ ip }) => ip)).toEqual(["10.1.0.1"]);
    expect(subsets?.[0]?.notReadyAddresses?.map(({ ip }) => ip)).toEqual(["10.1.0.2"]);
    expect(subsets?.[0]?.ports).toEqual([{ name: "http", port: 8080, protocol: "TCP" }]);
  });

  it("removes them with the service", async () => {
    await plane.create(SERVICES, service());
    await plane.clock.settle();
    await plane.client.resource(SERVICES).namespace("default").delete("svc");
    await plane.clock.settle();
    expect(await plane.list(ENDPOINTS)).toEqual([]);
  });
});
