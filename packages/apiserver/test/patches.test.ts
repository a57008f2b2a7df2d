import { describe, expect, it } from "vitest";
import { deployment, startBuiltIn } from "./built-in.ts";

const PATH = "/apis/apps/v1/namespaces/default/deployments";
const APPLY = { "content-type": "application/apply-patch+yaml" };

describe("patches", () => {
  it.each([
    ["application/json-patch+json", [{ op: "replace", path: "/spec/replicas", value: 5 }]],
    ["application/merge-patch+json", { spec: { replicas: 5 } }],
    ["application/strategic-merge-patch+json", { spec: { replicas: 5 } }],
  ])("of type %s change the object and its generation", async (type, body) => {
    const { call } = await startBuiltIn();
    await call("POST", PATH, deployment("d", 1));
    const { status, body: patched } = await call("PATCH", `${PATH}/d`, body, { "content-type": type });
    expect([status, patched.spec.replicas, patched.metadata.generation]).toEqual([200, 5, 2]);
  });

  it("apply creates, owns its fields and refuses those of others", async () => {
    const { call } = await startBuiltIn();
    const config = { apiVersion: "apps/v1", kind: "Deployment", ...deployment("d", 1) };
    const created = await call("PATCH", `${PATH}/d?fieldManager=one`, config, APPLY);
    expect(created.status).toBe(201);
    expect(created.body.metadata.managedFields).toMatchObject([{ manager: "one", operation: "Apply" }]);
    const other = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec: { replicas: 3 } };
    const refused = await call("PATCH", `${PATH}/d?fieldManager=two`, other, APPLY);
    expect(refused).toMatchObject({ status: 409, body: { details: { causes: [{ reason: "FieldManagerConflict" }] } } });
    const forced = await call("PATCH", `${PATH}/d?fieldManager=two&force=true`, other, APPLY);
    expect(forced).toMatchObject({ status: 200, body: { spec: { replicas: 3 } } });
  });

  it.each([
    ["a time", { template: { metadata: { creationTimestamp: "now" } } }, 'parsing time "now"'],
    ["a quantity", { template: { spec: { overhead: { cpu: "much" } } } }, "quantities must match"],
  ])("apply refuses what is no %s", async (_name, spec, why) => {
    const { call } = await startBuiltIn();
    const config = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec };
    const { status, body } = await call("PATCH", `${PATH}/d?fieldManager=one`, config, APPLY);
    const start = "failed to convert new object (/d; apps/v1, Kind=Deployment) to proper version: unable to convert";
    expect([status, body.message]).toEqual([500, expect.stringContaining(start)]);
    expect(body.message).toContain(why);
  });

  it("are retried when another writer was faster", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PATH, deployment("d", 1));
    const label = (name: string) =>
      call(
        "PATCH",
        `${PATH}/d`,
        { metadata: { labels: { [name]: "1" } } },
        { "content-type": "application/merge-patch+json" },
      );
    const answers = await Promise.all(["a", "b", "c"].map(label));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await call("GET", `${PATH}/d`);
    expect(Object.keys(body.metadata.labels).sort()).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["text/plain", "{}", 415],
    ["application/merge-patch+json", "{", 400],
    ["application/merge-patch+json", JSON.stringify({ metadata: { resourceVersion: "1" } }), 409],
    ["application/merge-patch+json", JSON.stringify({ metadata: { name: "other" } }), 400],
    ["application/merge-patch+json", JSON.stringify({ spec: { replicas: "x" } }), 422],
    ["application/merge-patch+json", JSON.stringify({ metadata: { name: null } }), 400],
    ["application/merge-patch+json", JSON.stringify({ metadata: { name: 5 } }), 422],
    ["application/apply-patch+yaml", "metadata: {name: d}", 422],
  ])("of type %s with %s are refused with %d...", async (type, body, status) => {
    const { call } = await startBuiltIn();
    await call("POST", PATH, deployment("d", 1));
    expect((await call("PATCH", `${PATH}/d`, body, { "content-type": type })).status).toBe(status);
  });
});

describe("scale", () => {
  it("is a view of the replicas", async () => {
    const { call } = await startBuiltIn();
    await call("POST", PATH, deployment("d", 2));
    expect((await call("GET", `${PATH}/d/scale`)).body).toMatchObject({
      kind: "Scale",
      spec: { replicas: 2 },
      status: { selector: "app=x" },
    });
    const scaled = await call(
      "PATCH",
      `${PATH}/d/scale`,
      { spec: { replicas: 4 } },
      { "content-type": "application/merge-patch+json" },
    );
    expect(scaled.body.spec).toEqual({ replicas: 4 });
    expect((await call("GET", `${PATH}/d`)).body.spec.replicas).toBe(4);
  });
});

describe("field validation", () => {
  const body = { metadata: { name: "d" }, nope: 1 };
  it.each([
    ["Strict", 400, undefined],
    ["Warn", 201, '299 - "unknown field \\"nope\\""'],
    ["Ignore", 201, undefined],
    ["Bogus", 422, undefined],
  ])("%s answers %d", async (mode, status, warning) => {
    const { call } = await startBuiltIn();
    const answer = await call("POST", `/api/v1/namespaces/default/configmaps?fieldValidation=${mode}`, body);
    expect([answer.status, answer.headers.warning]).toEqual([status, warning]);
  });

  it("tells unknown and duplicate fields in the order of the text", async () => {
    const { call } = await startBuiltIn();
    const text = '{"metadata":{"name":"d"},"nope":1,"data":{"a":"1","a":"2"},"other":2}';
    const answer = await call("POST", "/api/v1/namespaces/default/configmaps?fieldValidation=Strict", text);
    const told = 'unknown field "nope", duplicate field "data.a", unknown field "other"';
    expect(answer.body.message).toContain(`strict decoding error: ${told}`);
  });
});
