import { describe, expect, it } from "vitest";
import { deployment, pod, startBuiltIn } from "./built-in.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";
const JOBS = "/apis/batch/v1/namespaces/default/jobs";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const MERGE = { "content-type": "application/merge-patch+json" };
const config = (name: string, more: object = {}): object => ({ metadata: { name, ...more } });
const job = {
  metadata: { name: "j" },
  spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "i" }] } } },
};

describe("how the dependents go", () => {
  it.each([
    ["", undefined, undefined],
    ["?propagationPolicy=Background", undefined, undefined],
    ["?propagationPolicy=Foreground", undefined, ["foregroundDeletion"]],
    ["?propagationPolicy=Orphan", undefined, ["orphan"]],
    ["?orphanDependents=true", undefined, ["orphan"]],
    ["?orphanDependents=false", undefined, undefined],
    ["", { propagationPolicy: "Foreground" }, ["foregroundDeletion"]],
    ["?propagationPolicy=Orphan", { propagationPolicy: "Foreground" }, ["foregroundDeletion"]],
    ["", { kind: "DeleteOptions", apiVersion: "v1", orphanDependents: true }, ["orphan"]],
  ])("with %s and %j is by finalizers %j", async (query, body, finalizers) => {
    const { call } = await startBuiltIn();
    await call("POST", DEPLOYMENTS, deployment("d", 1));
    const { status, body: answer } = await call("DELETE", `${DEPLOYMENTS}/d${query}`, body);
    expect(status).toBe(200);
    expect(answer.kind).toBe(finalizers === undefined ? "Status" : "Deployment");
    expect(answer.metadata.finalizers).toEqual(finalizers);
    expect((await call("GET", `${DEPLOYMENTS}/d`)).status).toBe(finalizers === undefined ? 404 : 200);
  });

  it.each([
    ["?propagationPolicy=Sideways", undefined, 'propagationPolicy: Unsupported value: "Sideways"'],
    [
      "?propagationPolicy=Orphan&orphanDependents=true",
      undefined,
      "orphanDependents and deletionPropagation cannot be both set",
    ],
    ["?dryRun=Some", undefined, 'dryRun: Unsupported value: ["Some"]'],
    ["", { dryRun: ["Some"] }, 'dryRun: Unsupported value: ["Some"]'],
  ])("with %s and %j is refused", async (query, body, message) => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, config("a"));
    const refused = await call("DELETE", `${MAPS}/a${query}`, body);
    expect(refused).toMatchObject({ status: 422, body: { reason: "Invalid" } });
    expect(refused.body.message).toContain(message);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(200);
  });

  it("is asked about for Jobs, whose pods stay", async () => {
    const { call } = await startBuiltIn();
    await call("POST", JOBS, job);
    const deleted = await call("DELETE", `${JOBS}/j`);
    expect(deleted.headers.warning).toContain("child pods are preserved by default when jobs are deleted");
    expect(deleted.body.metadata.finalizers).toEqual(["orphan"]);
  });

  it("changes with a second DELETE", async () => {
    const { call } = await startBuiltIn();
    await call("POST", DEPLOYMENTS, deployment("d", 1));
    await call("DELETE", `${DEPLOYMENTS}/d?propagationPolicy=Orphan`);
    const again = await call("DELETE", `${DEPLOYMENTS}/d?propagationPolicy=Foreground`);
    expect(again.body.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await call("DELETE", `${DEPLOYMENTS}/d?propagationPolicy=Background`);
    expect((await call("GET", `${DEPLOYMENTS}/d`)).status).toBe(404);
  });
});

describe("preconditions", () => {
  it.each([
    [{ uid: "other" }, "the UID in the precondition (other) does not match the UID in record"],
    [
      { resourceVersion: "1" },
      "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record",
    ],
  ])("%j that do not hold are a conflict", async (preconditions, message) => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, config("a"));
    const refused = await call("DELETE", `${MAPS}/a`, { preconditions });
    expect(refused).toMatchObject({ status: 409, body: { reason: "Conflict" } });
    expect(refused.body.message).toContain(message);
  });

  it("that hold are no hindrance", async () => {
    const { call } = await startBuiltIn();
    const { uid, resourceVersion } = (await call("POST", MAPS, config("a"))).body.metadata;
    expect((await call("DELETE", `${MAPS}/a`, { preconditions: { uid, resourceVersion } })).status).toBe(200);
  });
});

describe("finalizers", () => {
  it("keep an object, marked, until the last is gone", async () => {
    const { call, clock } = await startBuiltIn();
    await call("POST", MAPS, config("a", { finalizers: ["example.com/a", "example.com/b"] }));
    const marked = (await call("DELETE", `${MAPS}/a`)).body;
    expect(marked.metadata).toMatchObject({ deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 0 });
    await clock.advance(5000);
    const again = (await call("DELETE", `${MAPS}/a`)).body;
    expect(again).toEqual(marked);
    const added = await call("PATCH", `${MAPS}/a`, { metadata: { finalizers: ["example.com/c"] } }, MERGE);
    expect(added).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining("no new finalizers can be added") },
    });
    await call("PATCH", `${MAPS}/a`, { metadata: { finalizers: ["example.com/b"] } }, MERGE);
    expect((await call("GET", `${MAPS}/a`)).body.metadata.deletionTimestamp).toBe("2026-01-01T00:00:00Z");
    const last = await call("PATCH", `${MAPS}/a`, { metadata: { finalizers: null } }, MERGE);
    expect(last.status).toBe(200);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(404);
  });

  it("do not bring a deletion time back by an update", async () => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, config("a", { finalizers: ["example.com/a"] }));
    await call("DELETE", `${MAPS}/a`);
    await call("PATCH", `${MAPS}/a`, { metadata: { deletionTimestamp: null }, data: { k: "v" } }, MERGE);
    expect((await call("GET", `${MAPS}/a`)).body).toMatchObject({
      data: { k: "v" },
      metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
    });
  });
});

describe("grace", () => {
  const bound = { spec: { nodeName: "n", containers: [{ name: "a", image: "i" }] } };

  it.each([
    ["", "2026-01-01T00:00:30Z", 30],
    ["?gracePeriodSeconds=5", "2026-01-01T00:00:05Z", 5],
    ["?gracePeriodSeconds=-1", undefined, undefined],
    ["?gracePeriodSeconds=0", undefined, undefined],
  ])("of a running pod with %s ends at %s", async (query, time, seconds) => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, { ...pod("p"), ...bound });
    await call("DELETE", `${PODS}/p${query}`);
    const { body } = await call("GET", `${PODS}/p`);
    if (time === undefined) expect([404, 1]).toContain(body.code ?? body.metadata.deletionGracePeriodSeconds);
    else expect(body.metadata).toMatchObject({ deletionTimestamp: time, deletionGracePeriodSeconds: seconds });
  });

  it("gets shorter with a second DELETE, never longer", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, { ...pod("p"), ...bound });
    await call("DELETE", `${PODS}/p?gracePeriodSeconds=20`);
    const longer = (await call("DELETE", `${PODS}/p?gracePeriodSeconds=60`)).body;
    expect(longer.metadata.deletionGracePeriodSeconds).toBe(20);
    const shorter = (await call("DELETE", `${PODS}/p?gracePeriodSeconds=3`)).body;
    expect(shorter.metadata.deletionGracePeriodSeconds).toBe(3);
    expect((await call("DELETE", `${PODS}/p?gracePeriodSeconds=0`)).status).toBe(200);
    expect((await call("GET", `${PODS}/p`)).status).toBe(404);
  });

  it("is none for a pod without a node", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, pod("p"));
    expect((await call("DELETE", `${PODS}/p`)).body).toMatchObject({ kind: "Pod", metadata: { name: "p" } });
    expect((await call("GET", `${PODS}/p`)).status).toBe(404);
  });

  it("that is no number is refused", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PODS, pod("p"));
    expect((await call("DELETE", `${PODS}/p?gracePeriodSeconds=soon`)).status).toBe(400);
  });
});

describe("a dry run", () => {
  it.each([
    ["?dryRun=All", undefined],
    ["", { dryRun: ["All"] }],
  ])("with %s and %j deletes nothing", async (query, body) => {
    const { call } = await startBuiltIn();
    const { resourceVersion } = (await call("POST", MAPS, config("a"))).body.metadata;
    expect((await call("DELETE", `${MAPS}/a${query}`, body)).status).toBe(200);
    expect((await call("GET", `${MAPS}/a`)).body.metadata.resourceVersion).toBe(resourceVersion);
  });

  it("shows how the object would be marked", async () => {
    const { call } = await startBuiltIn();
    await call("POST", DEPLOYMENTS, deployment("d", 1));
    const { body } = await call("DELETE", `${DEPLOYMENTS}/d?dryRun=All&propagationPolicy=Foreground`);
    expect(body.metadata.finalizers).toEqual(["foregroundDeletion"]);
    expect((await call("GET", `${DEPLOYMENTS}/d`)).body.metadata.finalizers).toBeUndefined();
  });
});

describe("a collection", () => {
  const filled = async () => {
    const harness = await startBuiltIn();
    for (const [name, odd] of [
      ["a", "1"],
      ["b", "0"],
      ["c", "1"],
    ] as const)
      await harness.call("POST", MAPS, config(name, { labels: { odd } }));
    await harness.call("POST", "/api/v1/namespaces/kube-system/configmaps", config("z"));
    const names = async (): Promise<string[]> =>
      (await harness.call("GET", "/api/v1/configmaps")).body.items.map(
        (each: { metadata: { name: string } }) => each.metadata.name,
      );
    return { ...harness, names };
  };

  it.each([
    ["", ["z"]],
    ["?labelSelector=odd%3D1", ["b", "z"]],
    ["?fieldSelector=metadata.name%3Db", ["a", "c", "z"]],
    ["?limit=2", ["c", "z"]],
    ["?dryRun=All", ["a", "b", "c", "z"]],
  ])("with %s leaves %j", async (query, left) => {
    const { call, names } = await filled();
    const answer = await call("DELETE", `${MAPS}${query}`);
    expect(answer).toMatchObject({ status: 200, body: { kind: "ConfigMapList" } });
    expect(await names()).toEqual(left);
  });

  it("of all namespaces cannot be deleted", async () => {
    const { call, names } = await filled();
    expect((await call("DELETE", "/api/v1/configmaps")).status).toBe(405);
    expect(await names()).toHaveLength(4);
  });

  it("keeps what finalizers hold", async () => {
    const { call, names } = await filled();
    await call("PATCH", `${MAPS}/b`, { metadata: { finalizers: ["example.com/f"] } }, MERGE);
    await call("DELETE", MAPS);
    expect(await names()).toEqual(["b", "z"]);
  });
});

describe("what cannot be deleted", () => {
  it.each([
    ["a missing object", `${MAPS}/nope`, undefined, 404],
    ["with a body of another kind", `${MAPS}/a`, { kind: "Pod", apiVersion: "v1" }, 400],
    ["with a broken body", `${MAPS}/a`, "{", 400],
  ])("%s", async (_name, path, body, status) => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, config("a"));
    expect((await call("DELETE", path, body)).status).toBe(status);
  });
});
