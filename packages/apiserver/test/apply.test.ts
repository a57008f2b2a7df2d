import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const APPLY = { "content-type": "application/apply-patch+yaml" };
const MERGE = { "content-type": "application/merge-patch+json" };
const config = (data: object, more: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", ...more },
  data,
});

async function started() {
  const harness = await startBuiltIn();
  const apply = (manager: string, body: unknown, more = "") =>
    harness.call("PATCH", `${MAPS}/a?fieldManager=${manager}${more}`, body, APPLY);
  return { ...harness, apply };
}

describe("server-side apply", () => {
  it("creates, then merges, and takes away what an applier leaves out", async () => {
    const { apply } = await started();
    expect((await apply("one", config({ a: "1", b: "2" }))).status).toBe(201);
    const { status, body } = await apply("one", config({ a: "1", c: "3" }));
    expect([status, body.data]).toEqual([200, { a: "1", c: "3" }]);
  });

  it("leaves what others own", async () => {
    const { apply, call } = await started();
    await apply("one", config({ a: "1" }));
    await call("PATCH", `${MAPS}/a?fieldManager=two`, { data: { b: "2" } }, MERGE);
    expect((await apply("one", config({ c: "3" }))).body.data).toEqual({ b: "2", c: "3" });
  });

  it("is a conflict for a value that another manager set, unless it is forced", async () => {
    const { apply } = await started();
    await apply("one", config({ a: "1" }));
    const refused = await apply("two", config({ a: "2" }));
    expect(refused).toMatchObject({
      status: 409,
      body: {
        reason: "Conflict",
        message: 'Apply failed with 1 conflict: conflict with "one": .data.a',
        details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.a" }] },
      },
    });
    expect((await apply("two", config({ a: "1" }))).status).toBe(200);
    const forced = await apply("three", config({ a: "3" }), "&force=true");
    expect(forced.body.data).toEqual({ a: "3" });
    const owners = forced.body.metadata.managedFields.map(({ manager }: { manager: string }) => manager);
    expect(owners).toEqual(["three"]);
  });

  it("that changes nothing keeps the resourceVersion, even later", async () => {
    const { apply, clock } = await started();
    const first = (await apply("one", config({ a: "1" }))).body;
    await clock.advance(60_000);
    expect((await apply("one", config({ a: "1" }))).body).toEqual(first);
  });

  it("of a dry run stores nothing", async () => {
    const { apply, call } = await started();
    expect((await apply("one", config({ a: "1" }), "&dryRun=All")).status).toBe(201);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(404);
  });

  it.each([
    ["without a manager", "", config({}), 422, "fieldManager: Required value: is required for apply patch"],
    ["with an unknown field", "one", { ...config({}), nope: 1 }, 500, "field not declared in schema"],
    ["with another name", "one", config({}, { name: "b" }), 400, "does not match the name on the URL"],
    [
      "with managedFields",
      "one",
      config({}, { managedFields: [{ manager: "x" }] }),
      400,
      "metadata.managedFields must be nil",
    ],
    ["with a manager that cannot be printed", "a%0Ab", config({}), 422, "should only contain printable characters"],
    ["that is no object", "one", "[1]", 400, ""],
    ["that is no YAML", "one", "{", 400, "error decoding YAML"],
  ])("%s is refused", async (_name, manager, body, status, message) => {
    const { apply } = await started();
    const refused = await apply(manager, body);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(message);
  });

  it("to a missing object's status is a 404", async () => {
    const { call } = await startBuiltIn();
    const body = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, status: { phase: "Running" } };
    const path = "/api/v1/namespaces/default/pods/p/status?fieldManager=one";
    expect((await call("PATCH", path, body, APPLY)).status).toBe(404);
  });
});

describe("managed fields", () => {
  it("name the program unless the client names a manager", async () => {
    const { call } = await startBuiltIn();
    const agent = { "user-agent": "kubectl/v1.33.0 (linux/amd64)" };
    const { body } = await call("POST", MAPS, config({ a: "1" }), agent);
    expect(body.metadata.managedFields).toMatchObject([
      { manager: "kubectl", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1" },
    ]);
    const named = await call("PUT", `${MAPS}/a?fieldManager=me`, config({ a: "2" }), agent);
    expect(named.body.metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toContain("me");
  });

  it("can be cleared by a client, and are not made anew by that write", async () => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, config({ a: "1" }));
    const cleared = await call("PATCH", `${MAPS}/a`, { metadata: { managedFields: [{}] } }, MERGE);
    expect(cleared.body.metadata.managedFields).toBeUndefined();
  });
});
