import { CLUSTER_ROLES, DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusterRoleAggregationController } from "../src/clusterroleaggregation/index.ts";
import { deploymentController } from "../src/deployment/index.ts";
import { disruptionController } from "../src/disruption/index.ts";
import { replicaSetController } from "../src/replicaset/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([
    deploymentController,
    replicaSetController,
    disruptionController,
    clusterRoleAggregationController,
  ]);
});
afterEach(() => plane.stop());

async function deploy(replicas: number): Promise<void> {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "img:1" }] } };
  const selector = { matchLabels: { app: "web" } };
  await plane.create(DEPLOYMENTS, { metadata: { name: "web" }, spec: { replicas, selector, template } });
  await plane.clock.advance(1000);
}

async function budget(spec: object) {
  const selector = { matchLabels: { app: "web" } };
  await plane.create(POD_DISRUPTION_BUDGETS, { metadata: { name: "b" }, spec: { selector, ...spec } });
  await plane.clock.advance(1000);
  const { status } = await plane.get(POD_DISRUPTION_BUDGETS, "b");
  const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods, conditions } = status ?? {};
  return [expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed, conditions?.[0]?.reason];
}

describe("a disruption budget", () => {
  it.each([
    [2, { minAvailable: 1 }, [2, 2, 1, 1, "SufficientPods"]],
    [2, { minAvailable: "100%" }, [2, 2, 2, 0, "InsufficientPods"]],
    [2, { minAvailable: 5 }, [2, 2, 5, 0, "InsufficientPods"]],
    [3, { minAvailable: "50%" }, [3, 3, 2, 1, "SufficientPods"]],
    [4, { maxUnavailable: 1 }, [4, 4, 3, 1, "SufficientPods"]],
    [3, { maxUnavailable: "50%" }, [3, 3, 1, 2, "SufficientPods"]],
    [0, { minAvailable: 1 }, [0, 0, 1, 0, "InsufficientPods"]],
  ])("of %i pods, %o", async (replicas, spec, expected) => {
    if (replicas > 0) await deploy(replicas);
    expect(await budget(spec)).toEqual(expected);
  });

  it("cannot tell the percentage of pods without a controller", async () => {
    await plane.create(PODS, {
      metadata: { name: "p", labels: { app: "web" } },
      spec: { containers: [{ name: "c", image: "img:1" }] } as never,
    });
    expect((await budget({ maxUnavailable: 1 })).at(-1)).toBe("SyncFailed");
  });

  it("follows its spec and its pods", async () => {
    await deploy(3);
    await budget({ minAvailable: 1 });
    await plane.mergePatch(POD_DISRUPTION_BUDGETS, "b", { spec: { minAvailable: 2 } });
    await plane.clock.advance(1000);
    expect((await plane.get(POD_DISRUPTION_BUDGETS, "b")).status).toMatchObject({
      disruptionsAllowed: 1,
      observedGeneration: 2,
    });
    await plane.mergePatch(DEPLOYMENTS, "web", { spec: { replicas: 2 } });
    await plane.clock.advance(1000);
    expect((await plane.get(POD_DISRUPTION_BUDGETS, "b")).status?.disruptionsAllowed).toBe(0);
  });
});

describe("an aggregating ClusterRole", () => {
  const rule = (resource: string) => ({ apiGroups: [""], resources: [resource], verbs: ["get"] });
  const role = (name: string, resources: readonly string[], labels: Record<string, string> = { agg: "yes" }) =>
    plane.create(CLUSTER_ROLES, { metadata: { name, labels }, rules: resources.map(rule) });
  const collected = async (): Promise<readonly (string | undefined)[]> => {
    await plane.clock.advance(1000);
    return ((await plane.get(CLUSTER_ROLES, "a")).rules ?? []).map(({ resources }) => resources?.[0]);
  };

  beforeEach(async () => {
    await plane.create(CLUSTER_ROLES, {
      metadata: { name: "a" },
      rules: [rule("own")],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { agg: "yes" } }] },
    });
  });

  it("keeps its own rules while none is selected", async () => {
    expect(await collected()).toEqual(["own"]);
  });

  it("collects the selected roles' rules by name, each once", async () => {
    await role("c", ["pods"]);
    await role("b", ["secrets", "nodes"]);
    await role("d", ["pods"]);
    await role("e", ["services"], { agg: "no" });
    expect(await collected()).toEqual(["secrets", "nodes", "pods"]);
    await plane.client.resource(CLUSTER_ROLES).delete("b");
    expect(await collected()).toEqual(["pods"]);
  });
});
