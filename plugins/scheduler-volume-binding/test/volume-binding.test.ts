import { createVirtualClock } from "@pinnace/clock";
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

type Objects = Readonly<Record<string, readonly object[]>>;

const BOUND = { annotations: { "pv.kubernetes.io/bind-completed": "yes" } };
const pod = testPod("p", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }] });
const nodes = ["a", "b"].map((name) => testNodeInfo(testNode(name, { labels: { zone: `z-${name}` } })));
const args = { bindTimeoutSeconds: 600 };

const claim = (spec: object, metadata: object = {}, status: object = {}): object => ({
  metadata: { name: "c", namespace: "default", uid: "uid-c", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } }, ...spec },
  status,
});
const volume = (name: string, change: object = {}): object => ({
  metadata: { name, resourceVersion: "7" },
  spec: { capacity: { storage: "5Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "local", ...change },
  status: { phase: "Available" },
});
const on = (node: string): object => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: [`z-${node}`] }] }] },
  },
});
const storageClass = (name: string, provisioner: string, change: object = {}): object => ({
  metadata: { name },
  provisioner,
  volumeBindingMode: "WaitForFirstConsumer",
  ...change,
});
const classes = [
  storageClass("local", "kubernetes.io/no-provisioner"),
  storageClass("made", "example.com/disk"),
  storageClass("made-in-a", "example.com/disk", {
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["z-a"] }] }],
  }),
  storageClass("now", "example.com/disk", { volumeBindingMode: "Immediate" }),
];
const create = (objects: Objects) =>
  plugin.create(testComponents({ reader: testReader({ storageclasses: classes, ...objects }) }), args);

describe("VolumeBinding before nodes are looked at", () => {
  const ephemeral = testPod("p", { volumes: [{ name: "v", ephemeral: {} }] });
  it.each([
    { what: "no claims", of: testPod("q"), claims: [], says: ["Skip"] },
    { what: "a missing claim", of: pod, claims: [], says: ['persistentvolumeclaim "c" not found'] },
    {
      what: "a claim that is yet to be made for it",
      of: ephemeral,
      claims: [],
      says: ['waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"'],
    },
    {
      what: "somebody else's claim of that name",
      of: ephemeral,
      claims: [claim({}, { name: "p-v" })],
      says: ["PVC default/p-v was not created for pod default/p (pod is not owner)"],
    },
    {
      what: "a lost claim",
      of: pod,
      claims: [claim({ volumeName: "v" }, {}, { phase: "Lost" })],
      says: ['persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'],
    },
    {
      what: "a claim that is being deleted",
      of: pod,
      claims: [claim({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
      says: ['persistentvolumeclaim "c" is being deleted'],
    },
    {
      what: "an unbound claim that waits for nobody",
      of: pod,
      claims: [claim({ storageClassName: "now" })],
      says: ["pod has unbound immediate PersistentVolumeClaims"],
    },
    {
      what: "a claim whose binding is under way",
      of: pod,
      claims: [claim({ storageClassName: "local", volumeName: "v" })],
      says: ["pod has unbound immediate PersistentVolumeClaims"],
    },
  ])("of a pod with $what says $says", ({ of, claims, says }) => {
    const { preFilter } = attempt(create({ persistentvolumeclaims: claims }), of, nodes);
    expect(preFilter!.reasons.length > 0 ? preFilter!.reasons : [preFilter!.code]).toEqual(says);
  });
});

describe("VolumeBinding as a filter", () => {
  const NOTHING = "node(s) didn't find available persistent volumes to bind";
  const OTHER = "node(s) didn't match PersistentVolume's node affinity";
  const GONE = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
  const bound = claim({ volumeName: "v" }, BOUND);
  const local = claim({ storageClassName: "local" });
  it.each([
    { what: "a bound volume of one node", claims: [bound], volumes: [volume("v", on("a"))], says: [undefined, OTHER] },
    { what: "a bound volume that is gone", claims: [bound], volumes: [], says: [GONE, GONE] },
    { what: "a free volume of one node", claims: [local], volumes: [volume("v", on("b"))], says: [NOTHING, undefined] },
    { what: "no free volume", claims: [local], volumes: [], says: [NOTHING, NOTHING] },
    {
      what: "a volume that is too small",
      claims: [local],
      volumes: [volume("v", { capacity: { storage: "1Gi" } })],
      says: [NOTHING, NOTHING],
    },
    {
      what: "a volume of another mode",
      claims: [local],
      volumes: [volume("v", { accessModes: ["ReadOnlyMany"] })],
      says: [NOTHING, NOTHING],
    },
    {
      what: "a volume that is promised to another claim",
      claims: [local],
      volumes: [volume("v", { claimRef: { namespace: "default", name: "other" } })],
      says: [NOTHING, NOTHING],
    },
    {
      what: "a volume that is promised to the claim",
      claims: [local],
      volumes: [volume("v", { claimRef: { namespace: "default", name: "c" } })],
      says: [undefined, undefined],
    },
    {
      what: "a volume that the selector leaves out",
      claims: [claim({ storageClassName: "local", selector: { matchLabels: { fast: "yes" } } })],
      volumes: [volume("v")],
      says: [NOTHING, NOTHING],
    },
    { what: "a provisioner", claims: [claim({ storageClassName: "made" })], volumes: [], says: [undefined, undefined] },
    {
      what: "a provisioner for one zone",
      claims: [claim({ storageClassName: "made-in-a" })],
      volumes: [],
      says: [undefined, NOTHING],
    },
    {
      what: "a provisioner that works for another node already",
      claims: [claim({ storageClassName: "made" }, { annotations: { "volume.kubernetes.io/selected-node": "b" } })],
      volumes: [],
      says: [NOTHING, undefined],
    },
  ])("with $what says $says", ({ claims, volumes, says }) => {
    const instance = create({ persistentvolumeclaims: claims, persistentvolumes: volumes });
    expect(attempt(instance, pod, nodes).filters.map(({ reasons }) => reasons[0])).toEqual(says);
  });

  it("has nothing to say about bound volumes that every node reaches", () => {
    const instance = create({ persistentvolumeclaims: [bound], persistentvolumes: [volume("v")] });
    expect(attempt(instance, pod, nodes).preFilter?.code).toBe("Skip");
  });

  const SPACE = "node(s) did not have enough free storage";
  const capacity = (zone: string | undefined, change: object, storageClassName = "made"): object => ({
    metadata: { name: "s", namespace: "kube-system" },
    storageClassName,
    ...(zone === undefined ? {} : { nodeTopology: zone === "" ? {} : { matchLabels: { zone } } }),
    ...change,
  });
  it.each([
    { what: "no driver object", driver: undefined, capacities: [], says: [undefined, undefined] },
    { what: "a driver that tells no capacity", driver: false, capacities: [], says: [undefined, undefined] },
    { what: "a driver without any capacity", driver: true, capacities: [], says: [SPACE, SPACE] },
    {
      what: "space in one zone",
      driver: true,
      capacities: [capacity("z-a", { capacity: "2Gi" }), capacity("z-b", { capacity: "1Gi" })],
      says: [undefined, SPACE],
    },
    {
      what: "space everywhere",
      driver: true,
      capacities: [capacity("", { capacity: "9Gi" })],
      says: [undefined, undefined],
    },
    {
      what: "space that no node sees",
      driver: true,
      capacities: [capacity(undefined, { capacity: "9Gi" })],
      says: [SPACE, SPACE],
    },
    {
      what: "space for smaller volumes alone",
      driver: true,
      capacities: [capacity("", { capacity: "9Gi", maximumVolumeSize: "1Gi" })],
      says: [SPACE, SPACE],
    },
    {
      what: "space of another class",
      driver: true,
      capacities: [capacity("", { capacity: "9Gi" }, "other")],
      says: [SPACE, SPACE],
    },
    { what: "space of unknown size", driver: true, capacities: [capacity("", {})], says: [SPACE, SPACE] },
  ])("with $what says $says", ({ driver, capacities, says }) => {
    const instance = create({
      persistentvolumeclaims: [claim({ storageClassName: "made" })],
      csidrivers:
        driver === undefined ? [] : [{ metadata: { name: "example.com/disk" }, spec: { storageCapacity: driver } }],
      csistoragecapacities: capacities,
    });
    expect(attempt(instance, pod, nodes).filters.map(({ reasons }) => reasons[0])).toEqual(says);
  });

  it("needs a volume for each of two claims on one node", () => {
    const two = testPod("p", {
      volumes: ["c", "d"].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
    });
    const instance = create({
      persistentvolumeclaims: [local, claim({ storageClassName: "local" }, { name: "d" })],
      persistentvolumes: [volume("v", on("a")), volume("w", on("b"))],
    });
    expect(attempt(instance, two, nodes).filters.map(({ reasons }) => reasons[0])).toEqual([NOTHING, NOTHING]);
  });
});

describe("VolumeBinding when a node is chosen", () => {
  function setup(spec: object, volumes: readonly object[]) {
    const clock = createVirtualClock();
    const objects: Record<string, object[]> = {
      storageclasses: classes,
      persistentvolumeclaims: [claim(spec)],
      persistentvolumes: [...volumes],
    };
    const patches: unknown[] = [];
    const instance = plugin.create(
      testComponents({
        reader: testReader(objects),
        clock,
        writer: {
          ...testComponents().writer,
          bind: async () => undefined,
          preempt: async () => undefined,
          patch: async (type, object, patch) => {
            patches.push([type.resource, object.metadata?.name, patch]);
            return object;
          },
        },
      }),
      args,
    );
    const cycle = testCycle(pod, nodes);
    instance.preFilter!(cycle);
    for (const node of nodes) instance.filter!(cycle, node);
    const bind = (): void => {
      objects.persistentvolumeclaims = [claim({ ...spec, volumeName: "v" }, BOUND)];
    };
    return { clock, instance, cycle, patches, bind };
  }

  it("promises the smallest volume to the claim, and waits until it is bound", async () => {
    const volumes = [volume("large", { capacity: { storage: "9Gi" } }), volume("v", { capacity: { storage: "3Gi" } })];
    const { clock, instance, cycle, patches, bind } = setup({ storageClassName: "local" }, volumes);
    expect(instance.preBindPreFlight!(cycle, "a").code).toBe("Success");
    await instance.reserve!(cycle, "a");
    const done = instance.preBind!(cycle, "a");
    await clock.advance(1_000);
    expect(patches).toMatchObject([
      ["persistentvolumes", "v", { spec: { claimRef: { namespace: "default", name: "c", uid: "uid-c" } } }],
    ]);
    bind();
    await clock.advance(1_000);
    expect((await done).code).toBe("Success");
  });

  it("tells the provisioner the node", async () => {
    const { clock, instance, cycle, patches, bind } = setup({ storageClassName: "made" }, []);
    const done = instance.preBind!(cycle, "b");
    await clock.settle();
    const annotations = { "volume.kubernetes.io/selected-node": "b" };
    expect(patches).toEqual([["persistentvolumeclaims", "c", { metadata: { annotations } }]]);
    bind();
    await clock.advance(1_000);
    expect((await done).code).toBe("Success");
  });

  it("gives up when the binding takes too long", async () => {
    const { clock, instance, cycle } = setup({ storageClassName: "made" }, []);
    const done = instance.preBind!(cycle, "b");
    await clock.advance(601_000);
    expect((await done).code).toBe("Error");
  });

  it("does not promise a volume twice", async () => {
    const { instance, cycle } = setup({ storageClassName: "local" }, [volume("v")]);
    await instance.reserve!(cycle, "a");
    const other = testCycle(testPod("q", pod.spec as object), nodes);
    instance.preFilter!(other);
    expect(instance.filter!(other, nodes[0]!).code).toBe("UnschedulableAndUnresolvable");
    await instance.unreserve!(cycle, "a");
    expect(instance.filter!(other, nodes[0]!).code).toBe("Success");
  });
});
