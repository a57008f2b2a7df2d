import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS, type StatefulSet } from "@pinnace/api";
import { afterEach, describe, expect, it } from "vitest";
import { statefulSetController } from "../src/statefulset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

afterEach(() => plane.stop());

async function start(spec: object = {}, pods: "ready" | "pending" = "ready"): Promise<void> {
  plane = await startControlPlane([statefulSetController], { pods });
  await plane.create(STATEFUL_SETS, {
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      serviceName: "web",
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "img:1" }] } },
      ...spec,
    },
  });
  await plane.clock.advance(5000);
}

const image = (name: string): object => ({
  spec: { template: { spec: { containers: [{ name: "c", image: name }] } } },
});
const get = (): Promise<StatefulSet> => plane.get(STATEFUL_SETS, "web");

async function pods(): Promise<readonly (string | undefined)[]> {
  const all = [...(await plane.list(PODS))].sort((a, b) =>
    (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1,
  );
  return all.map(({ metadata, spec }) => `${metadata?.name} ${spec?.containers[0]?.image}`);
}

const DATA = [
  {
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
];
const claims = async () => (await plane.list(PERSISTENT_VOLUME_CLAIMS)).map(({ metadata }) => metadata?.name).sort();

describe("a StatefulSet", () => {
  it("numbers its pods", async () => {
    await start({ replicas: 2 });
    expect(await pods()).toEqual(["web-0 img:1", "web-1 img:1"]);
    const pod = await plane.get(PODS, "web-1");
    const [revision] = await plane.list(CONTROLLER_REVISIONS);
    expect(pod.metadata?.labels).toEqual({
      app: "web",
      "apps.kubernetes.io/pod-index": "1",
      "controller-revision-hash": revision?.metadata?.name,
      "statefulset.kubernetes.io/pod-name": "web-1",
    });
    expect([pod.spec?.hostname, pod.spec?.subdomain]).toEqual(["web-1", "web"]);
    expect((await get()).status).toEqual({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
      collisionCount: 0,
      currentRevision: revision?.metadata?.name,
      updateRevision: revision?.metadata?.name,
    });
    expect(await plane.events("StatefulSet")).toEqual([
      "SuccessfulCreate: Create Pod web-0 in StatefulSet web successful",
      "SuccessfulCreate: Create Pod web-1 in StatefulSet web successful",
    ]);
  });

  it("waits for a pod before it starts the next", async () => {
    await start({}, "pending");
    expect(await pods()).toEqual(["web-0 img:1"]);
  });

  it("starts all at once when it may", async () => {
    await start({ podManagementPolicy: "Parallel" }, "pending");
    expect(await pods()).toHaveLength(3);
  });

  it("counts from its first ordinal", async () => {
    await start({ replicas: 2, ordinals: { start: 5 } });
    expect(await pods()).toEqual(["web-5 img:1", "web-6 img:1"]);
  });

  it("scales down from the highest", async () => {
    await start();
    await plane.mergePatch(STATEFUL_SETS, "web", { spec: { replicas: 1 } });
    await plane.clock.advance(5000);
    expect(await pods()).toEqual(["web-0 img:1"]);
  });

  it("updates from the highest, down to the partition", async () => {
    await start({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } });
    await plane.mergePatch(STATEFUL_SETS, "web", image("img:2"));
    await plane.clock.advance(10_000);
    expect(await pods()).toEqual(["web-0 img:1", "web-1 img:2", "web-2 img:2"]);
    const { status } = await get();
    expect(status).toMatchObject({ currentReplicas: 1, updatedReplicas: 2 });
    expect(status?.currentRevision).not.toBe(status?.updateRevision);
    await plane.client.resource(PODS).namespace("default").delete("web-0");
    await plane.clock.advance(5000);
    expect(await pods()).toContain("web-0 img:1");
    await plane.mergePatch(STATEFUL_SETS, "web", { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    await plane.clock.advance(10_000);
    expect(await pods()).toEqual(["web-0 img:2", "web-1 img:2", "web-2 img:2"]);
    const after = (await get()).status;
    expect(after?.currentRevision).toBe(after?.updateRevision);
  });

  it("leaves updates to whoever deletes the pods, on request", async () => {
    await start({ updateStrategy: { type: "OnDelete" } });
    await plane.mergePatch(STATEFUL_SETS, "web", image("img:2"));
    await plane.client.resource(PODS).namespace("default").delete("web-1");
    await plane.clock.advance(10_000);
    expect(await pods()).toEqual(["web-0 img:1", "web-1 img:2", "web-2 img:1"]);
  });

  it("keeps as many revisions as it is told", async () => {
    await start({ replicas: 1, revisionHistoryLimit: 1 });
    for (const tag of ["2", "3", "4"]) {
      await plane.mergePatch(STATEFUL_SETS, "web", image(`img:${tag}`));
      await plane.clock.advance(5000);
    }
    expect((await plane.list(CONTROLLER_REVISIONS)).map(({ revision }) => revision).sort()).toEqual([3, 4]);
  });
});

describe("the claims of a StatefulSet", () => {
  it("are made with the pods and outlive them", async () => {
    await start({ replicas: 2, volumeClaimTemplates: DATA });
    expect(await claims()).toEqual(["data-web-0", "data-web-1"]);
    const { spec } = await plane.get(PODS, "web-0");
    expect(spec?.volumes?.find(({ name }) => name === "data")?.persistentVolumeClaim?.claimName).toBe("data-web-0");
    await plane.mergePatch(STATEFUL_SETS, "web", { spec: { replicas: 1 } });
    await plane.clock.advance(5000);
    expect(await claims()).toEqual(["data-web-0", "data-web-1"]);
  });

  it.each([
    [{ whenDeleted: "Delete", whenScaled: "Retain" }, "StatefulSet"],
    [{ whenDeleted: "Retain", whenScaled: "Retain" }, undefined],
  ])("belong to the set by its retention policy (%o)", async (persistentVolumeClaimRetentionPolicy, kind) => {
    await start({ replicas: 1, volumeClaimTemplates: DATA, persistentVolumeClaimRetentionPolicy });
    await plane.clock.advance(1000);
    const claim = await plane.get(PERSISTENT_VOLUME_CLAIMS, "data-web-0");
    expect(claim.metadata?.ownerReferences?.[0]?.kind).toBe(kind);
  });
});
