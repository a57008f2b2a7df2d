import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  PODS,
  type Pod,
  STORAGE_CLASSES,
  VOLUME_ATTRIBUTES_CLASSES,
} from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ephemeralVolumeController } from "../src/ephemeralvolume/index.ts";
import { persistentVolumeBinder } from "../src/persistentvolume/index.ts";
import { findVolume, mismatch } from "../src/persistentvolume/match-volume.ts";
import { pvcProtectionController, pvProtectionController } from "../src/pvcprotection/index.ts";
import { vacProtectionController } from "../src/vacprotection/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const volume = (name: string, spec: object = {}): PersistentVolume => ({
  metadata: { name },
  spec: {
    capacity: { storage: "5Gi" },
    accessModes: ["ReadWriteOnce"],
    storageClassName: "fast",
    nfs: { server: "s", path: "/x" },
    ...spec,
  },
});
const claim = (name: string, spec: object = {}): PersistentVolumeClaim => ({
  metadata: { name, namespace: "default" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "3Gi" } },
    storageClassName: "fast",
    ...spec,
  },
});

describe("claims and volumes", () => {
  let plane: ControlPlane;

  beforeEach(async () => {
    plane = await startControlPlane([
      persistentVolumeBinder,
      pvcProtectionController,
      pvProtectionController,
      ephemeralVolumeController,
      vacProtectionController,
    ]);
  });
  afterEach(() => plane.stop());

  const settled = () => plane.clock.advance(1000);
  const remove = (name: string) => plane.client.resource(PERSISTENT_VOLUME_CLAIMS).namespace("default").delete(name);
  const phases = async (name: string): Promise<string | undefined> =>
    (await plane.get(PERSISTENT_VOLUMES, name)).status?.phase;

  it("bind when they match, and are released when the claim goes", async () => {
    await plane.create(PERSISTENT_VOLUMES, volume("v"));
    await settled();
    expect(await phases("v")).toBe("Available");
    await plane.create(PERSISTENT_VOLUME_CLAIMS, claim("c"));
    await settled();
    const bound = await plane.get(PERSISTENT_VOLUME_CLAIMS, "c");
    expect(bound.spec?.volumeName).toBe("v");
    expect(bound.status).toMatchObject({ phase: "Bound", capacity: { storage: "5Gi" } });
    expect(bound.metadata?.annotations).toEqual({
      "pv.kubernetes.io/bind-completed": "yes",
      "pv.kubernetes.io/bound-by-controller": "yes",
    });
    expect((await plane.get(PERSISTENT_VOLUMES, "v")).spec?.claimRef).toMatchObject({
      name: "c",
      uid: bound.metadata?.uid,
    });
    await remove("c");
    await settled();
    expect(await phases("v")).toBe("Released");
    await plane.mergePatch(PERSISTENT_VOLUMES, "v", { spec: { claimRef: null } });
    await settled();
    expect(await phases("v")).toBe("Available");
  });

  it("wait for a consumer when their class says so", async () => {
    await plane.create(STORAGE_CLASSES, {
      metadata: { name: "fast" },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    });
    await plane.create(PERSISTENT_VOLUMES, volume("v"));
    await plane.create(PERSISTENT_VOLUME_CLAIMS, claim("c"));
    await settled();
    expect((await plane.get(PERSISTENT_VOLUME_CLAIMS, "c")).status?.phase).toBe("Pending");
    expect(await phases("v")).toBe("Available");
  });

  it("get the default class when it comes later", async () => {
    const { storageClassName: _, ...spec } = claim("c").spec ?? {};
    await plane.create(PERSISTENT_VOLUME_CLAIMS, { metadata: { name: "c" }, spec });
    await plane.create(PERSISTENT_VOLUME_CLAIMS, claim("none", { storageClassName: "" }));
    await settled();
    await plane.create(STORAGE_CLASSES, {
      metadata: { name: "later", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "kubernetes.io/no-provisioner",
    });
    await settled();
    expect((await plane.get(PERSISTENT_VOLUME_CLAIMS, "c")).spec?.storageClassName).toBe("later");
    expect((await plane.get(PERSISTENT_VOLUME_CLAIMS, "none")).spec?.storageClassName).toBe("");
  });

  it("fail when nobody can delete a volume that is to go", async () => {
    await plane.create(PERSISTENT_VOLUMES, volume("v", { persistentVolumeReclaimPolicy: "Delete" }));
    await settled();
    await plane.create(PERSISTENT_VOLUME_CLAIMS, claim("c"));
    await settled();
    await remove("c");
    await settled();
    const { status } = await plane.get(PERSISTENT_VOLUMES, "v");
    expect(status).toMatchObject({
      phase: "Failed",
      message: 'error getting deleter volume plugin for volume "v": no deletable volume plugin matched',
    });
  });

  it("stay while a pod on a node uses them", async () => {
    const pod: Pod = {
      metadata: { name: "p" },
      spec: {
        nodeName: "n",
        containers: [{ name: "c", image: "i" }],
        volumes: [{ name: "v", persistentVolumeClaim: { claimName: "c" } }],
      } as never,
    };
    await plane.create(PERSISTENT_VOLUME_CLAIMS, claim("c"));
    await plane.create(PODS, pod);
    await settled();
    await remove("c");
    await settled();
    expect((await plane.get(PERSISTENT_VOLUME_CLAIMS, "c")).metadata?.deletionTimestamp).toBeDefined();
    await plane.client.resource(PODS).namespace("default").delete("p", { gracePeriodSeconds: 0 });
    await settled();
    expect(await plane.list(PERSISTENT_VOLUME_CLAIMS)).toEqual([]);
  });

  it("hold their attributes class until the last of them goes", async () => {
    const classes = plane.client.resource(VOLUME_ATTRIBUTES_CLASSES);
    await plane.create(VOLUME_ATTRIBUTES_CLASSES, {
      metadata: { name: "gold" },
      driverName: "d",
      parameters: { a: "b" },
    });
    await plane.create(
      PERSISTENT_VOLUMES,
      volume("v", { nfs: undefined, csi: { driver: "d", volumeHandle: "h" }, volumeAttributesClassName: "gold" }),
    );
    await settled();
    expect((await classes.get("gold")).metadata?.finalizers).toEqual(["kubernetes.io/vac-protection"]);
    await classes.delete("gold");
    await settled();
    expect((await classes.get("gold")).metadata?.deletionTimestamp).toBeDefined();
    await plane.client.resource(PERSISTENT_VOLUMES).delete("v");
    await settled();
    await expect(classes.get("gold")).rejects.toThrow("not found");
  });

  it("are made for ephemeral volumes of pods", async () => {
    const template = { metadata: { labels: { l: "1" } }, spec: claim("x").spec };
    await plane.create(PODS, {
      metadata: { name: "p" },
      spec: {
        containers: [{ name: "c", image: "i" }],
        volumes: [{ name: "e", ephemeral: { volumeClaimTemplate: template } }],
      } as never,
    });
    await settled();
    const made = await plane.get(PERSISTENT_VOLUME_CLAIMS, "p-e");
    expect(made.metadata?.labels).toEqual({ l: "1" });
    expect(made.metadata?.ownerReferences?.[0]).toMatchObject({ kind: "Pod", name: "p", controller: true });
  });
});

describe("a claim cannot have a volume", () => {
  it.each([
    [{ capacity: { storage: "1Gi" } }, {}, "requested PV is too small"],
    [{ storageClassName: "slow" }, {}, "storageClassName does not match"],
    [{ volumeMode: "Block" }, {}, "incompatible volumeMode"],
    [{}, { accessModes: ["ReadWriteMany"] }, "incompatible accessMode"],
    [{}, {}, undefined],
  ])("%o, %o: %s", (volumeSpec, claimSpec, reason) => {
    expect(mismatch(claim("c", claimSpec), volume("v", volumeSpec))).toBe(reason);
  });
});

describe("the volume for a claim", () => {
  const available = (name: string, spec: object = {}, labels: Record<string, string> = {}): PersistentVolume => ({
    ...volume(name, spec),
    metadata: { name, labels },
    status: { phase: "Available" },
  });
  const nameFor = (spec: object, ...volumes: PersistentVolume[]): string | undefined =>
    findVolume(claim("c", spec), volumes)?.metadata?.name;

  it("is the smallest that fits", () => {
    const sizes = [
      available("big", { capacity: { storage: "9Gi" } }),
      available("fit"),
      available("small", { capacity: { storage: "1Gi" } }),
    ];
    expect(nameFor({}, ...sizes)).toBe("fit");
  });

  it("is the one reserved for it", () => {
    const reserved = available("mine", {
      capacity: { storage: "99Gi" },
      claimRef: { namespace: "default", name: "c" },
    });
    expect(nameFor({}, available("fit"), reserved)).toBe("mine");
  });

  it("is none that is reserved for another", () => {
    expect(nameFor({}, available("v", { claimRef: { namespace: "default", name: "other" } }))).toBeUndefined();
  });

  it("is one that its selector picks", () => {
    const selector = { matchLabels: { k: "b" } };
    expect(nameFor({ selector }, available("a", {}, { k: "a" }), available("b", {}, { k: "b" }))).toBe("b");
  });
});
