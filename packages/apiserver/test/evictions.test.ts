import { describe, expect, it } from "vitest";
import { pod, startBuiltIn } from "./built-in.ts";

const PODS = "/api/v1/namespaces/default/pods";
const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const MERGE = { "content-type": "application/merge-patch+json" };
const evict = (more: object = {}): object => ({ metadata: { name: "p" }, ...more });

interface Situation {
  readonly phase?: string;
  readonly ready?: boolean;
  readonly policy?: string;
  readonly budgets?: number;
  readonly status?: object;
}

async function prepared({ phase = "Running", ready = true, policy, budgets = 1, status }: Situation = {}) {
  const harness = await startBuiltIn();
  const { call } = harness;
  await call("POST", PODS, pod("p", { spec: { nodeName: "n", containers: [{ name: "a", image: "i" }] } }));
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  await call("PATCH", `${PODS}/p/status`, { status: { phase, conditions } }, MERGE);
  for (let index = 0; index < budgets; index += 1) {
    const selector = { matchLabels: { app: "x" } };
    const spec = { minAvailable: 1, selector, ...(policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy }) };
    await call("POST", BUDGETS, { metadata: { name: `b-${index}` }, spec });
    const counted = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    };
    await call("PATCH", `${BUDGETS}/b-${index}/status`, { status: { ...counted, ...status } }, MERGE);
  }
  return harness;
}

describe("an eviction", () => {
  it.each<[string, Situation, number]>([
    ["of a pod that the budget needs", {}, 429],
    ["of a pod that the budget spares", { status: { disruptionsAllowed: 1 } }, 201],
    ["of a pod without a budget", { budgets: 0 }, 201],
    ["of a pod with two budgets", { budgets: 2 }, 500],
    ["of a finished pod", { phase: "Succeeded" }, 201],
    ["of a failed pod", { phase: "Failed" }, 201],
    ["of a pod that has not started", { phase: "Pending" }, 201],
    ["of an unready pod while enough others are", { ready: false }, 201],
    ["of an unready pod while too few others are", { ready: false, status: { currentHealthy: 0 } }, 429],
    [
      "of an unready pod that may always go",
      { ready: false, policy: "AlwaysAllow", status: { currentHealthy: 0 } },
      201,
    ],
    ["under a budget that was not counted yet", { status: { observedGeneration: 0, disruptionsAllowed: 1 } }, 429],
  ])("%s", async (_name, situation, status) => {
    const { call } = await prepared(situation);
    const answer = await call("POST", `${PODS}/p/eviction`, evict());
    expect(answer.status).toBe(status);
    const left = await call("GET", `${PODS}/p`);
    if (status === 201) expect([404, undefined]).toContain(left.body.code);
    else expect(left.body.metadata.deletionTimestamp).toBeUndefined();
  });

  it("counts against the budget, and marks the pod", async () => {
    const { call } = await prepared({ status: { disruptionsAllowed: 2 } });
    await call("POST", `${PODS}/p/eviction`, evict());
    expect((await call("GET", `${BUDGETS}/b-0`)).body.status).toMatchObject({
      disruptionsAllowed: 1,
      disruptedPods: { p: "2026-01-01T00:00:00Z" },
    });
    const { metadata, status } = (await call("GET", `${PODS}/p`)).body;
    expect(metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }),
    );
  });

  it("says how many healthy pods the budget needs", async () => {
    const { call } = await prepared();
    expect((await call("POST", `${PODS}/p/eviction`, evict())).body).toMatchObject({
      reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: { causes: [{ message: "The disruption budget b-0 needs 1 healthy pods and has 1 currently" }] },
    });
  });

  it.each([
    ["?dryRun=All", {}],
    ["", { deleteOptions: { dryRun: ["All"] } }],
  ])("with %s and %j changes nothing", async (query, more) => {
    const { call } = await prepared({ status: { disruptionsAllowed: 1 } });
    const before = (await call("GET", `${PODS}/p`)).body;
    expect((await call("POST", `${PODS}/p/eviction${query}`, evict(more))).status).toBe(201);
    expect((await call("GET", `${PODS}/p`)).body).toEqual(before);
    expect((await call("GET", `${BUDGETS}/b-0`)).body.status.disruptionsAllowed).toBe(1);
  });

  it("passes the options of the deletion on", async () => {
    const { call } = await prepared({ budgets: 0 });
    await call("POST", `${PODS}/p/eviction`, evict({ deleteOptions: { gracePeriodSeconds: 3 } }));
    expect((await call("GET", `${PODS}/p`)).body.metadata.deletionGracePeriodSeconds).toBe(3);
  });

  it.each([
    ["of another pod than the URL's", "p", { metadata: { name: "q" } }, 400],
    ["of a missing pod", "q", { metadata: { name: "q" } }, 404],
    ["of a pod that was made anew", "p", evict({ deleteOptions: { preconditions: { uid: "old" } } }), 409],
  ])("%s is refused", async (_name, name, body, status) => {
    const { call } = await prepared({ budgets: 0 });
    expect((await call("POST", `${PODS}/${name}/eviction`, body)).status).toBe(status);
    expect((await call("GET", `${PODS}/p`)).body.metadata.deletionTimestamp).toBeUndefined();
  });
});
