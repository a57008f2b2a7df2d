import { DEPLOYMENTS, type Deployment, PODS, REPLICA_SETS } from "@pinnace/api";
import { afterEach, describe, expect, it } from "vitest";
import { deploymentController } from "../src/deployment/index.ts";
import { replicaSetController } from "../src/replicaset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

afterEach(() => plane.stop());

function web(spec: object = {}, image = "img:1"): Deployment {
  return {
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image }] } },
      ...spec,
    },
  };
}

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
});
