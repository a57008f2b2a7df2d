import type { ApiRequest } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { pod, startBuiltIn } from "./built-in.ts";

const PODS = "/api/v1/namespaces/default/pods";
const MERGE = { "content-type": "application/merge-patch+json" };

async function boundPod(components: Parameters<typeof startBuiltIn>[0] = {}) {
  const harness = await startBuiltIn(components);
  const { call } = harness;
  await call("POST", "/api/v1/nodes", { metadata: { name: "n", labels: { "topology.kubernetes.io/zone": "z" } } });
  await call("POST", PODS, pod("p"));
  const bound = await call("POST", `${PODS}/p/binding`, {
    metadata: { name: "p" },
    target: { kind: "Node", name: "n" },
  });
  return { ...harness, bound };
}

describe("binding", () => {
  it("of another pod of the name is a conflict over the pod", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, pod("p"));
    const { body } = await call("POST", `${PODS}/p/binding`, {
      metadata: { name: "p", uid: "x" },
      target: { name: "n" },
    });
    expect([body.code, body.details]).toEqual([409, { kind: "pods", name: "p" }]);
  });

  it("gives the pod its node, the node's zone and a condition", async () => {
    const { call, bound } = await boundPod();
    expect(bound).toMatchObject({ status: 201, body: { kind: "Status", status: "Success" } });
    expect((await call("GET", `${PODS}/p`)).body).toMatchObject({
      metadata: { labels: { "topology.kubernetes.io/zone": "z" } },
      spec: { nodeName: "n" },
      status: { conditions: [{ type: "PodScheduled", status: "True" }] },
    });
    const again = await call("POST", `${PODS}/p/binding`, { metadata: { name: "p" }, target: { name: "m" } });
    expect(again).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('already assigned to node "n"') },
    });
  });

  it("is seen by a watch of the node's pods", async () => {
    const { raw } = await boundPod();
    const response = await raw("GET", "/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dn");
    const names: unknown[] = [];
    if (response.body.type === "watch")
      response.body.events.subscribe(({ object }) => names.push(object.metadata?.name));
    expect(names).toEqual(["p"]);
  });
});

describe("eviction", () => {
  const evict = { metadata: { name: "p" } };

  it("asks the disruption budget", async () => {
    const { call } = await boundPod();
    await call(
      "PATCH",
      `${PODS}/p/status`,
      { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } },
      MERGE,
    );
    const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    await call("POST", budgets, {
      metadata: { name: "b" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "x" } } },
    });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
    };
    await call("PATCH", `${budgets}/b/status`, { status }, MERGE);
    expect(await call("POST", `${PODS}/p/eviction`, evict)).toMatchObject({
      status: 429,
      body: { details: { causes: [{ reason: "DisruptionBudget" }] } },
    });
    await call("PATCH", `${budgets}/b/status`, { status: { disruptionsAllowed: 1 } }, MERGE);
    expect((await call("POST", `${PODS}/p/eviction`, evict)).status).toBe(201);
    expect((await call("GET", `${budgets}/b`)).body.status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { p: expect.any(String) },
    });
    expect((await call("GET", `${PODS}/p`)).body.metadata.deletionGracePeriodSeconds).toBe(30);
  });
});

describe("the kubelet", () => {
  it("is asked for logs with its own parameters", async () => {
    const asked: ApiRequest[] = [];
    const kubelet = async (request: ApiRequest) => {
      asked.push(request);
      return { status: 200, headers: {}, body: { type: "bytes", bytes: new TextEncoder().encode("line\n") } } as const;
    };
    const { call } = await boundPod({ nodes: { connect: async () => kubelet } });
    const answer = await call("GET", `${PODS}/p/log?tailLines=3&follow=false`, undefined, {
      authorization: "Bearer t",
    });
    expect([answer.status, answer.text]).toEqual([200, "line\n"]);
    expect(asked[0]).toMatchObject({ path: "/containerLogs/default/p/a", headers: {} });
    expect(asked[0]!.query.toString()).toBe("tailLines=3");
    expect(asked[0]!.headers.authorization).toBeUndefined();
  });

  it("gets the connection of an exec", async () => {
    const asked: ApiRequest[] = [];
    const upgrade = { status: 101, headers: {}, body: { type: "upgrade", handle: () => undefined } } as const;
    const kubelet = async (request: ApiRequest) => {
      asked.push(request);
      return upgrade;
    };
    const { raw } = await boundPod({ nodes: { connect: async () => kubelet } });
    const path = `${PODS}/p/exec?command=ls&command=-l&stdout=true&stdin=false`;
    const response = await raw("GET", path, { upgrade: { protocol: "websocket" } });
    expect(response.body).toBe(upgrade.body);
    expect([asked[0]!.path, asked[0]!.query.toString()]).toEqual([
      "/exec/default/p/a",
      "output=1&command=ls&command=-l",
    ]);
  });

  it("is not needed for a pod without a node", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, pod("p"));
    expect((await call("GET", `${PODS}/p/log`)).status).toBe(204);
    expect((await call("POST", `${PODS}/p/exec?command=ls`)).body.message).toBe("pod p does not have a host assigned");
  });

  it("cannot be reached without a connector", async () => {
    const { call } = await boundPod();
    expect((await call("GET", `${PODS}/p/log`)).status).toBe(503);
  });
});

describe("a namespace", () => {
  it("stays, terminating, until its finalizers are gone", async () => {
    const { call } = await startBuiltIn();
    const path = "/api/v1/namespaces/a";
    await call("POST", "/api/v1/namespaces", { metadata: { name: "a", finalizers: ["example.com/f"] } });
    expect((await call("DELETE", path)).body.status.phase).toBe("Terminating");
    await call("PATCH", path, { metadata: { finalizers: null } }, MERGE);
    const { body } = await call("GET", path);
    expect(body.spec.finalizers).toEqual(["kubernetes"]);
    expect((await call("PUT", `${path}/finalize`, { ...body, spec: { finalizers: [] } })).status).toBe(200);
    expect((await call("GET", path)).status).toBe(404);
  });
});
