import type { AdmissionPlugin } from "@pinnace/admission";
import { forbidden } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { pod, startBuiltIn } from "./built-in.ts";
import { definition, namespaces, startServer } from "./harness.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";

describe("a new object", () => {
  it("gets its identity from the server, whatever the client says", async () => {
    const { call } = await startBuiltIn();
    const { body } = await call("POST", MAPS, {
      metadata: {
        name: "a",
        uid: "mine",
        creationTimestamp: "2001-01-01T00:00:00Z",
        deletionTimestamp: "2001-01-01T00:00:00Z",
        selfLink: "/x",
      },
    });
    expect(body.metadata).toMatchObject({ namespace: "default", creationTimestamp: "2026-01-01T00:00:00Z" });
    expect(body.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(body.metadata.deletionTimestamp).toBeUndefined();
    expect(body.metadata.selfLink).toBeUndefined();
  });

  it.each([
    [
      "in another namespace",
      { metadata: { name: "a", namespace: "other" } },
      400,
      "does not match the namespace sent on the request",
    ],
    ["without a name", { metadata: {} }, 422, "name or generateName is required"],
    ["with a bad name", { metadata: { name: "A_b" } }, 422, "a lowercase RFC 1123 subdomain must consist of"],
    [
      "with a resourceVersion",
      { metadata: { name: "a", resourceVersion: "5" } },
      500,
      "resourceVersion should not be set on objects to be created",
    ],
    [
      "of another kind",
      { kind: "Secret", apiVersion: "v1", metadata: { name: "a" } },
      400,
      "cannot be handled as a ConfigMap",
    ],
    [
      "of another version",
      { kind: "ConfigMap", apiVersion: "v2", metadata: { name: "a" } },
      400,
      'in version "v2" cannot be handled as a ConfigMap',
    ],
    [
      "with a wrong type",
      { metadata: { name: "a" }, data: { k: 1 } },
      400,
      "cannot unmarshal number into Go struct field ConfigMap.data of type string",
    ],
    ["with a kind that is no text", { kind: 1, metadata: { name: "a" } }, 400, "Go struct field .kind of type string"],
    ["that is a list", [], 400, "cannot unmarshal array into Go value"],
    ["that is broken", "{", 400, "couldn't get version/kind; json parse error"],
    ["that is empty", "", 400, "<empty>"],
  ])("%s is refused", async (_name, body, status, message) => {
    const { call } = await startBuiltIn();
    const refused = await call("POST", MAPS, body);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(message);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(404);
  });

  it("that exists already is a conflict", async () => {
    const { call } = await startBuiltIn();
    await call("POST", MAPS, { metadata: { name: "a" } });
    expect(await call("POST", MAPS, { metadata: { name: "a" } })).toMatchObject({
      status: 409,
      body: {
        reason: "AlreadyExists",
        message: 'configmaps "a" already exists',
        details: { name: "a", kind: "configmaps" },
      },
    });
  });

  it("may come as YAML", async () => {
    const { call } = await startBuiltIn();
    const yaml = "metadata:\n  name: a\ndata:\n  k: |\n    two\n    lines\n";
    const { body } = await call("POST", MAPS, yaml, { "content-type": "application/yaml" });
    expect(body.data).toEqual({ k: "two\nlines\n" });
  });

  it.each(["text/plain", "application/cbor", "multipart/form-data; boundary=x"])(
    "does not come as %s",
    async (type) => {
      const { call } = await startBuiltIn();
      expect(await call("POST", MAPS, "x", { "content-type": type })).toMatchObject({
        status: 415,
        body: { reason: "UnsupportedMediaType" },
      });
    },
  );

  it("that is too long for the store is refused in etcd's words", async () => {
    const { call } = await startServer([definition("ConfigMap"), namespaces()]);
    const big = (size: number): object => ({ metadata: { name: "a" }, data: { k: "v".repeat(size) } });
    expect(await call("POST", MAPS, big(1_600_000))).toMatchObject({
      status: 500,
      body: { message: "etcdserver: request is too large" },
    });
    expect((await call("POST", `${MAPS}?dryRun=All`, big(1_600_000))).status).toBe(201);
    expect((await call("POST", MAPS, big(1_500_000))).status).toBe(201);
    const data = { l: "w".repeat(200_000) };
    const grown = await call("PATCH", `${MAPS}/a`, { data }, { "content-type": "application/merge-patch+json" });
    expect(grown.body.message).toBe("etcdserver: request is too large");
  });
});

describe("a generated name", () => {
  it("has five characters that make no words, and is cut to fit", async () => {
    const { call } = await startBuiltIn();
    const { body } = await call("POST", MAPS, { metadata: { generateName: "web-" } });
    expect(body.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const long = (await call("POST", MAPS, { metadata: { generateName: "a".repeat(80) } })).body;
    expect(long.metadata.name).toMatch(/^a{58}[a-z0-9]{5}$/);
  });

  it("yields to a name that the client gives", async () => {
    const { call } = await startBuiltIn();
    const { body } = await call("POST", MAPS, { metadata: { name: "a", generateName: "web-" } });
    expect(body.metadata).toMatchObject({ name: "a", generateName: "web-" });
  });

  it("that is always taken is a conflict in the end, one that is taken once is not", async () => {
    const { call } = await startBuiltIn({ random: () => 0 });
    expect((await call("POST", MAPS, { metadata: { generateName: "web-" } })).status).toBe(201);
    expect(await call("POST", MAPS, { metadata: { generateName: "web-" } })).toMatchObject({
      status: 409,
      body: {
        reason: "AlreadyExists",
        message: expect.stringContaining("the server was not able to generate a unique name"),
      },
    });
    let turn = 0;
    const other = await startBuiltIn({ random: () => (turn++ < 5 ? 0 : 0.5) });
    await other.call("POST", MAPS, { metadata: { name: "web-bbbbb" } });
    expect((await other.call("POST", MAPS, { metadata: { generateName: "web-" } })).status).toBe(201);
  });
});

describe("a dry run", () => {
  it("answers what would be, stores nothing, and sees what is there", async () => {
    const { call } = await startBuiltIn();
    const { status, body } = await call("POST", `${MAPS}?dryRun=All`, { metadata: { name: "a" } });
    expect([status, body.metadata.resourceVersion]).toEqual([201, undefined]);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(404);
    await call("POST", MAPS, { metadata: { name: "a" } });
    expect((await call("POST", `${MAPS}?dryRun=All`, { metadata: { name: "a" } })).status).toBe(409);
    expect((await call("POST", `${MAPS}?dryRun=`, { metadata: { name: "b" } })).status).toBe(422);
  });
});

describe("admission", () => {
  const recorder = (more: Partial<AdmissionPlugin> = {}) => {
    const calls: string[] = [];
    const plugin: AdmissionPlugin = {
      name: "Recorder",
      mutate: async ({ operation, object, subresource }) => {
        calls.push(`mutate ${operation} ${subresource}`);
        if (object?.metadata !== undefined) object.metadata.labels = { ...object.metadata.labels, admitted: "yes" };
      },
      validate: async ({ operation, object }) =>
        void calls.push(`validate ${operation} ${object?.metadata?.labels?.admitted}`),
      release: async () => void calls.push("release"),
      ...more,
    };
    return { calls, plugin };
  };

  it("changes an object before it is validated, and sees it as it will be", async () => {
    const { calls, plugin } = recorder();
    const { call } = await startBuiltIn({ admission: [plugin] });
    expect((await call("POST", MAPS, { metadata: { name: "a" } })).body.metadata.labels).toEqual({ admitted: "yes" });
    expect(calls).toEqual(["mutate CREATE ", "validate CREATE yes"]);
  });

  it.each([
    ["a dry run", `${MAPS}?dryRun=All`, { metadata: { name: "b" } }],
    ["an object that exists", MAPS, { metadata: { name: "a" } }],
  ])("gets back what it reserved for %s", async (_name, path, body) => {
    const { calls, plugin } = recorder();
    const { call } = await startBuiltIn({ admission: [plugin] });
    await call("POST", MAPS, { metadata: { name: "a" } });
    calls.length = 0;
    await call("POST", path, body);
    expect(calls.filter((each) => each === "release")).toEqual(["release"]);
  });

  it("refuses, and then nobody else is asked and nothing stored", async () => {
    const { calls, plugin } = recorder();
    const refuse: AdmissionPlugin = {
      name: "No",
      validate: async () => {
        throw forbidden("", "configmaps", "a", "no");
      },
    };
    const { call } = await startBuiltIn({ admission: [plugin, refuse, plugin] });
    expect(await call("POST", MAPS, { metadata: { name: "a" } })).toMatchObject({
      status: 403,
      body: { message: 'configmaps "a" is forbidden: no' },
    });
    expect(calls).toEqual(["mutate CREATE ", "mutate CREATE ", "validate CREATE yes", "release"]);
    expect((await call("GET", `${MAPS}/a`)).status).toBe(404);
  });

  it("is asked about subresources", async () => {
    const { calls, plugin } = recorder();
    const { server, call } = await startBuiltIn();
    await call("POST", "/api/v1/nodes", { metadata: { name: "n" } });
    await call("POST", PODS, pod("p"));
    server.useAdmission(plugin);
    await call("POST", `${PODS}/p/binding`, { metadata: { name: "p" }, target: { name: "n" } });
    await call("POST", `${PODS}/p/eviction`, { metadata: { name: "p" } });
    await call("POST", `${PODS}/p/exec?command=ls`);
    expect(calls.filter((each) => each.startsWith("mutate"))).toEqual(
      ["mutate CREATE binding", "mutate CREATE eviction", "mutate DELETE "].concat(
        calls.some((each) => each.includes("CONNECT")) ? ["mutate CONNECT exec"] : [],
      ),
    );
  });
});
