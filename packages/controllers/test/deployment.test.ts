import { DEPLOYMENTS, type Deployment, PODS, REPLICA_SETS, type ReplicaSet } from "@pinnace/api";
import { afterEach, describe, expect, it } from "vitest";
import { deploymentController } from "../src/deployment/index.ts";
import { replicaSetController } from "../src/replicaset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

afterEach(() => plane.stop());

function web(spec: object = {}): Deployment {
  return {
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "img:1" }] } },
      ...spec,
    },
  };
}

const REVISION = "deployment.kubernetes.io/revision";
const image = (name: string): object => ({
  spec: { template: { spec: { containers: [{ name: "c", image: name }] } } },
});
const imageOf = (set: ReplicaSet): string | undefined => set.spec?.template?.spec?.containers[0]?.image;
const conditionsOf = (deployment: Deployment): (string | undefined)[] =>
  (deployment.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort();

describe("the Deployment controller", () => {
  it("rolls out three pods", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web());
    await plane.clock.settle();
    const deployment = await plane.get(DEPLOYMENTS, "web");
    expect(await plane.list(PODS)).toHaveLength(3);
    expect(deployment.metadata?.annotations).toEqual({ "deployment.kubernetes.io/revision": "1" });
    expect(deployment.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    });
    expect(deployment.status?.unavailableReplicas).toBeUndefined();
    expect(conditionsOf(deployment)).toEqual([
      "Available=True MinimumReplicasAvailable",
      "Progressing=True NewReplicaSetAvailable",
    ]);
    const [replicaSet] = await plane.list(REPLICA_SETS);
    expect(replicaSet?.metadata?.annotations).toEqual({
      "deployment.kubernetes.io/desired-replicas": "3",
      "deployment.kubernetes.io/max-replicas": "4",
      "deployment.kubernetes.io/revision": "1",
    });
    expect(await plane.events("Deployment")).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${replicaSet?.metadata?.name} from 0 to 3`,
    ]);
  });

  it("rolls over to a new template, never below or above what is allowed", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ replicas: 4 }));
    await plane.clock.settle();
    const sizes: number[] = [];
    plane.informers.informer(PODS).events.subscribe(() => {
      sizes.push(
        plane.informers
          .informer(PODS)
          .lister.list()
          .filter((pod) => !pod.metadata?.deletionTimestamp).length,
      );
    });
    sizes.length = 0;
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:2"));
    await plane.clock.advance(5000);
    const sets = await plane.list(REPLICA_SETS);
    expect(sets.map((set) => [imageOf(set), set.spec?.replicas, set.metadata?.annotations?.[REVISION]])).toEqual(
      expect.arrayContaining([
        ["img:1", 0, "1"],
        ["img:2", 4, "2"],
      ]),
    );
    expect((await plane.get(DEPLOYMENTS, "web")).metadata?.annotations?.[REVISION]).toBe("2");
    expect(Math.max(...sizes)).toBe(5);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(3);
  });

  it("goes back to an earlier template with a new revision and its history", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web());
    await plane.clock.settle();
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:2"));
    await plane.clock.advance(5000);
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:1"));
    await plane.clock.advance(5000);
    const sets = await plane.list(REPLICA_SETS);
    const first = sets.find((set) => imageOf(set) === "img:1");
    expect(sets).toHaveLength(2);
    expect(first?.spec?.replicas).toBe(3);
    expect(first?.metadata?.annotations).toMatchObject({ [REVISION]: "3", [`${REVISION}-history`]: "1" });
  });

  it("counts revisions with all of 64 bits", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web());
    await plane.clock.settle();
    const [first] = await plane.list(REPLICA_SETS);
    const annotations = { [REVISION]: "3546343826724305832" };
    await plane.mergePatch(REPLICA_SETS, first?.metadata?.name ?? "", { metadata: { annotations } });
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:2"));
    await plane.clock.advance(5000);
    expect((await plane.get(DEPLOYMENTS, "web")).metadata?.annotations?.[REVISION]).toBe("3546343826724305833");
  });

  it("takes all old pods down before it recreates", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ strategy: { type: "Recreate" } }));
    await plane.clock.settle();
    const together = new Set<string>();
    plane.informers.informer(PODS).events.subscribe(() => {
      const images = plane.informers
        .informer(PODS)
        .lister.list()
        .map((pod) => pod.spec?.containers[0]?.image);
      together.add([...new Set(images)].sort().join("+"));
    });
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:2"));
    await plane.clock.advance(60_000);
    expect(together).not.toContain("img:1+img:2");
    expect((await plane.list(PODS)).map((pod) => pod.spec?.containers[0]?.image)).toEqual(["img:2", "img:2", "img:2"]);
  });

  it("scales, with one event for each change", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ replicas: 2 }));
    await plane.clock.settle();
    await plane.mergePatch(DEPLOYMENTS, "web", { spec: { replicas: 4 } });
    await plane.clock.advance(1000);
    await plane.mergePatch(DEPLOYMENTS, "web", { spec: { replicas: 1 } });
    await plane.clock.advance(1000);
    const name = (await plane.list(REPLICA_SETS))[0]?.metadata?.name;
    expect(await plane.list(PODS)).toHaveLength(1);
    expect(await plane.events("Deployment")).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${name} from 0 to 2`,
      `ScalingReplicaSet: Scaled up replica set ${name} from 2 to 4`,
      `ScalingReplicaSet: Scaled down replica set ${name} from 4 to 1`,
    ]);
  });

  it("does not roll out while paused, but scales", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ replicas: 1 }));
    await plane.clock.settle();
    await plane.mergePatch(DEPLOYMENTS, "web", { spec: { paused: true, replicas: 2 } });
    await plane.mergePatch(DEPLOYMENTS, "web", image("img:2"));
    await plane.clock.advance(5000);
    expect((await plane.list(REPLICA_SETS)).map((set) => [imageOf(set), set.spec?.replicas])).toEqual([["img:1", 2]]);
    expect(conditionsOf(await plane.get(DEPLOYMENTS, "web"))).toContain("Progressing=Unknown DeploymentPaused");
    await plane.mergePatch(DEPLOYMENTS, "web", { spec: { paused: null } });
    await plane.clock.advance(5000);
    expect(await plane.list(REPLICA_SETS)).toHaveLength(2);
    expect(conditionsOf(await plane.get(DEPLOYMENTS, "web"))).toContain("Progressing=True NewReplicaSetAvailable");
  });

  it("reports when the progress deadline passes", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController], { pods: "pending" });
    await plane.create(DEPLOYMENTS, web({ replicas: 1, progressDeadlineSeconds: 10 }));
    await plane.clock.advance(9000);
    expect(conditionsOf(await plane.get(DEPLOYMENTS, "web"))).toContain("Progressing=True ReplicaSetUpdated");
    await plane.clock.advance(5000);
    const { status } = await plane.get(DEPLOYMENTS, "web");
    const [replicaSet] = await plane.list(REPLICA_SETS);
    expect(status?.conditions?.map(({ reason, message }) => [reason, message])).toEqual([
      ["MinimumReplicasUnavailable", "Deployment does not have minimum availability."],
      ["ProgressDeadlineExceeded", `ReplicaSet "${replicaSet?.metadata?.name}" has timed out progressing.`],
    ]);
    expect(status).toMatchObject({ replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 });
  });

  it("keeps as many old ReplicaSets as the history limit says", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ revisionHistoryLimit: 1 }));
    for (const tag of ["2", "3", "4"]) {
      await plane.mergePatch(DEPLOYMENTS, "web", image(`img:${tag}`));
      await plane.clock.advance(5000);
    }
    expect((await plane.list(REPLICA_SETS)).map(imageOf).sort()).toEqual(["img:3", "img:4"]);
  });

  it("counts a collision when its ReplicaSet's labels change", async () => {
    plane = await startControlPlane([deploymentController, replicaSetController]);
    await plane.create(DEPLOYMENTS, web({ replicas: 1 }));
    await plane.clock.settle();
    const [released] = await plane.list(REPLICA_SETS);
    await plane.mergePatch(REPLICA_SETS, released?.metadata?.name ?? "", { metadata: { labels: { app: "other" } } });
    await plane.clock.advance(5000);
    expect((await plane.get(DEPLOYMENTS, "web")).status?.collisionCount).toBe(1);
    const sets = await plane.list(REPLICA_SETS);
    expect(sets).toHaveLength(2);
    const left = sets.find(({ metadata }) => metadata?.uid === released?.metadata?.uid);
    expect(left?.metadata?.ownerReferences ?? []).toEqual([]);
  });

  it("has the same history for the same seed", async () => {
    const history = async (): Promise<readonly unknown[]> => {
      const run = await startControlPlane([deploymentController, replicaSetController], { seed: 7 });
      const seen: unknown[] = [];
      run.informers.informer(PODS).events.subscribe(({ type, object }) => {
        seen.push([
          run.clock.now(),
          type,
          object.metadata?.name,
          object.metadata?.uid,
          object.metadata?.resourceVersion,
        ]);
      });
      await run.create(DEPLOYMENTS, web({ replicas: 5 }));
      await run.clock.advance(1000);
      await run.mergePatch(DEPLOYMENTS, "web", image("img:2"));
      await run.clock.advance(60_000);
      await run.stop();
      return seen;
    };
    plane = await startControlPlane([]);
    expect(await history()).toEqual(await history());
  });
});
