import { describe, expect, it } from "vitest";
import { deployment, startBuiltIn } from "./built-in.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

async function withMap() {
  const harness = await startBuiltIn();
  const { body } = await harness.call("POST", MAPS, { metadata: { name: "a" }, data: { k: "v" } });
  return { ...harness, created: body };
}

describe("a PUT", () => {
  it.each([
    [
      "another name",
      { metadata: { name: "b" } },
      400,
      "the name of the object (b) does not match the name on the URL (a)",
    ],
    ["no name", { metadata: {} }, 400, "name must be provided"],
    [
      "another namespace",
      { metadata: { name: "a", namespace: "b" } },
      400,
      "does not match the namespace sent on the request",
    ],
    ["another uid", { metadata: { name: "a", uid: "x" } }, 409, "Precondition failed: UID in precondition: x"],
    ["an old resourceVersion", { metadata: { name: "a", resourceVersion: "1" } }, 409, "the object has been modified"],
    [
      "bad labels",
      { metadata: { name: "a", labels: { "a b": "c" } } },
      422,
      "name part must consist of alphanumeric characters",
    ],
  ])("with %s is refused", async (_name, body, status, message) => {
    const { call, created } = await withMap();
    const refused = await call("PUT", `${MAPS}/a`, body);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(message);
    expect((await call("GET", `${MAPS}/a`)).body).toEqual(created);
  });

  it("replaces everything but what the server owns", async () => {
    const { call, created } = await withMap();
    const { body } = await call("PUT", `${MAPS}/a`, { metadata: { name: "a", annotations: { x: "y" } } });
    const { uid, creationTimestamp } = created.metadata;
    expect(body.metadata).toMatchObject({ uid, creationTimestamp, annotations: { x: "y" } });
    expect(body.data).toBeUndefined();
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  });

  it.each(["", "0"])("with resourceVersion %j is unconditional where that is allowed", async (resourceVersion) => {
    const { call } = await withMap();
    expect((await call("PUT", `${MAPS}/a`, { metadata: { name: "a", resourceVersion } })).status).toBe(200);
  });

  it("needs a resourceVersion where unconditional updates are not allowed", async () => {
    const { call } = await startBuiltIn();
    const { body: lease } = await call("POST", LEASES, { metadata: { name: "l" }, spec: { holderIdentity: "a" } });
    const refused = await call("PUT", `${LEASES}/l`, { metadata: { name: "l" } });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        message: expect.stringContaining("metadata.resourceVersion: Invalid value: 0: must be specified for an update"),
      },
    });
    const next = { ...lease, spec: { holderIdentity: "b" } };
    expect((await call("PUT", `${LEASES}/l`, next)).body.spec.holderIdentity).toBe("b");
    expect((await call("PUT", `${LEASES}/l`, next)).status).toBe(409);
  });

  it("creates what does not exist, for some kinds", async () => {
    const { call } = await startBuiltIn();
    expect((await call("PUT", `${LEASES}/l`, { metadata: { name: "l" } })).status).toBe(201);
    expect((await call("PUT", `${MAPS}/a`, { metadata: { name: "a" } })).status).toBe(404);
    const refused = await call("PUT", `${LEASES}/m`, { metadata: { name: "m", uid: "x" } });
    expect(refused).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("UID in precondition: x") },
    });
  });

  it("of a dry run changes nothing", async () => {
    const { call, created } = await withMap();
    const { body } = await call("PUT", `${MAPS}/a?dryRun=All`, { metadata: { name: "a" }, data: { k: "w" } });
    expect(body).toMatchObject({ data: { k: "w" }, metadata: { resourceVersion: created.metadata.resourceVersion } });
    expect((await call("GET", `${MAPS}/a`)).body).toEqual(created);
  });

  it("that loses every race is a conflict only when it named a resourceVersion", async () => {
    const { call, created } = await withMap();
    const bodies = Array.from({ length: 4 }, (_, index) => ({ metadata: { name: "a" }, data: { k: String(index) } }));
    const free = await Promise.all(bodies.map((body) => call("PUT", `${MAPS}/a`, body)));
    expect(free.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { resourceVersion } = (await call("GET", `${MAPS}/a`)).body.metadata;
    expect(resourceVersion).not.toBe(created.metadata.resourceVersion);
    const bound = bodies.map((body) => ({ ...body, metadata: { name: "a", resourceVersion } }));
    const raced = await Promise.all(
      bound.map((body, index) => call("PUT", `${MAPS}/a`, { ...body, data: { k: `x${index}` } })),
    );
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });
});

describe("the generation", () => {
  it("counts changes of the spec alone", async () => {
    const { call } = await startBuiltIn();
    const { body } = await call("POST", DEPLOYMENTS, deployment("d", 1));
    expect(body.metadata.generation).toBe(1);
    const relabelled = await call("PUT", `${DEPLOYMENTS}/d`, {
      ...body,
      metadata: { ...body.metadata, labels: { a: "b" } },
    });
    expect(relabelled.body.metadata.generation).toBe(1);
    const status = { ...relabelled.body, status: { replicas: 1, observedGeneration: 1 } };
    const reported = await call("PUT", `${DEPLOYMENTS}/d/status`, status);
    expect(reported.body).toMatchObject({ metadata: { generation: 1 }, status: { replicas: 1 } });
    const scaled = await call("PUT", `${DEPLOYMENTS}/d`, {
      ...reported.body,
      spec: { ...reported.body.spec, replicas: 2 },
    });
    expect(scaled.body).toMatchObject({ metadata: { generation: 2 }, status: { replicas: 1 } });
  });

  it("and the status are not the client's to set", async () => {
    const { call } = await startBuiltIn();
    const asked = { ...deployment("d", 1), status: { replicas: 9 } };
    const { body } = await call("POST", DEPLOYMENTS, { ...asked, metadata: { name: "d", generation: 7 } });
    expect([body.metadata.generation, body.status.replicas ?? 0]).toEqual([1, 0]);
    const spec = { ...body.spec, replicas: 5 };
    const through = await call("PUT", `${DEPLOYMENTS}/d/status`, { ...body, spec, status: { replicas: 1 } });
    expect(through.body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });
  });
});
