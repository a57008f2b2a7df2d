import {
  DEVICE_CLASSES,
  EVENTS_V1_EVENTS,
  PODS,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  type ResourceClaim,
} from "@pinnace/api";
import { createVirtualClock, type VirtualClock } from "@pinnace/clock";
import { type Cluster, startCluster } from "@pinnace/cluster";
import { afterEach, expect, it } from "vitest";

const running: Cluster[] = [];
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
});

/** A cluster with one device that its driver has to attach, and a pod that wants it. */
async function start(): Promise<{ cluster: Cluster; clock: VirtualClock }> {
  const clock = createVirtualClock();
  const starting = startCluster({ clock, nodes: 1 });
  await clock.settle();
  const cluster = await starting;
  running.push(cluster);
  const { client } = cluster;
  await client.resource(DEVICE_CLASSES).create({ metadata: { name: "gpu" }, spec: {} } as never);
  await client.resource(RESOURCE_SLICES).create({
    metadata: { name: "slice" },
    spec: {
      ...{ driver: "gpu.example.com", allNodes: true, pool: { name: "pool", generation: 1, resourceSliceCount: 1 } },
      devices: [
        { name: "d0", bindingConditions: ["Attached"], bindingFailureConditions: ["Broken"], bindsToNode: true },
      ],
    },
  } as never);
  await client
    .resource(RESOURCE_CLAIMS)
    .namespace("default")
    .create({
      metadata: { name: "c" },
      spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } },
    } as never);
  await client
    .resource(PODS)
    .namespace("default")
    .create({
      metadata: { name: "p" },
      spec: {
        resourceClaims: [{ name: "device", resourceClaimName: "c" }],
        containers: [{ name: "c", image: "i", resources: { claims: [{ name: "device" }], requests: { cpu: "1" } } }],
      },
    } as never);
  await clock.advance(2_000);
  return { cluster, clock };
}

const claimOf = ({ client }: Cluster): Promise<ResourceClaim> =>
  client.resource(RESOURCE_CLAIMS).namespace("default").get("c");
const nodeOf = async ({ client }: Cluster): Promise<string | undefined> =>
  (await client.resource(PODS).namespace("default").get("p")).spec?.nodeName;
const notesOf = async ({ client }: Cluster): Promise<readonly string[]> =>
  (await client.resource(EVENTS_V1_EVENTS).list()).items
    .filter(({ regarding }) => regarding?.name === "p")
    .map(({ reason, note }) => `${reason}: ${note}`);

/** What the driver says of the device. */
async function report({ client }: Cluster, type: string): Promise<void> {
  const condition = { type, status: "True", reason: "Driver", message: "so it is" };
  const conditions = [{ ...condition, lastTransitionTime: "2026-01-01T00:00:00Z" }];
  const devices = [{ driver: "gpu.example.com", pool: "pool", device: "d0", conditions }];
  const patch = { type: "merge", body: { status: { devices } } } as const;
  await client.resource(RESOURCE_CLAIMS).namespace("default").patch("c", patch, { subresource: "status" });
}

it("a pod is bound when the driver has attached its device", async () => {
  const { cluster, clock } = await start();
  expect((await claimOf(cluster)).status?.allocation?.allocationTimestamp).toBeDefined();
  expect(await nodeOf(cluster)).toBeUndefined();
  expect(await notesOf(cluster)).toEqual([
    "BindingConditionsPending: waiting for binding conditions for device on node sim-0",
  ]);
  await report(cluster, "Attached");
  await clock.advance(6_000);
  expect(await nodeOf(cluster)).toBe("sim-0");
});

it("a device that breaks is given up, and another attempt begins", async () => {
  const { cluster, clock } = await start();
  const before = (await claimOf(cluster)).status?.allocation?.allocationTimestamp;
  await report(cluster, "Broken");
  await clock.advance(60_000);
  const notes = await notesOf(cluster);
  expect(notes).toContain(
    'FailedScheduling: running PreBind plugin "DynamicResources": device binding failed: claim=c, reason=Driver, message="so it is"',
  );
  expect(notes.join()).toContain("deallocation of ResourceClaim completed");
  const { status } = await claimOf(cluster);
  expect(status?.devices ?? []).toEqual([]);
  expect(status?.allocation?.allocationTimestamp).not.toBe(before);
  await report(cluster, "Attached");
  await clock.advance(10_000);
  expect(await nodeOf(cluster)).toBe("sim-0");
});

it("after ten minutes a device has had its time", async () => {
  const { cluster, clock } = await start();
  await clock.advance(590_000);
  expect((await notesOf(cluster)).filter((note) => note.startsWith("FailedScheduling"))).toEqual([]);
  await clock.advance(60_000);
  expect((await notesOf(cluster)).join()).toContain("device binding timeout");
  await report(cluster, "Attached");
  await clock.advance(60_000);
  expect(await nodeOf(cluster)).toBe("sim-0");
});

it("a pod that waits for its device gives its place up to one that matters more, and is not deleted", async () => {
  const { cluster, clock } = await start();
  const { client } = cluster;
  await client.raw({
    method: "POST",
    path: "/apis/scheduling.k8s.io/v1/priorityclasses",
    body: { metadata: { name: "high" }, value: 1_000 },
  });
  const requests = { cpu: "4" };
  await client
    .resource(PODS)
    .namespace("default")
    .create({
      metadata: { name: "first" },
      spec: { priorityClassName: "high", containers: [{ name: "c", image: "i", resources: { requests } }] },
    } as never);
  await clock.advance(20_000);
  expect((await client.resource(PODS).namespace("default").get("first")).spec?.nodeName).toBe("sim-0");
  expect(await nodeOf(cluster)).toBeUndefined();
  expect((await notesOf(cluster)).join()).toContain("preempted by DefaultPreemption");
  await client.resource(PODS).namespace("default").delete("first");
  await report(cluster, "Attached");
  await clock.advance(60_000);
  expect(await nodeOf(cluster)).toBe("sim-0");
});
