import type { WebhookCall } from "@pinnace/admission";
import type { Draft, WatchEvent } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const path = (version: string, name = ""): string => `/apis/example.com/${version}/namespaces/default/boats${name}`;

const version = (name: string, member: string, storage: boolean): Draft => ({
  ...{ name, served: true, storage },
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: { [member]: { type: "integer" }, hull: { type: "string", default: "oak" } },
        },
      },
    },
  },
});

const CRD = {
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", singular: "boat", kind: "Boat" },
    versions: [version("v1", "length", true), version("v2", "metres", false)],
    conversion: {
      strategy: "Webhook",
      webhook: { conversionReviewVersions: ["v1"], clientConfig: { url: "https://hook.example.com/convert" } },
    },
  },
};

/** v1 has `length`, v2 the same as `metres`. */
function convert(object: Draft, desired: string): Draft {
  const { spec = {}, ...rest } = structuredClone(object);
  const { length, metres, ...others } = spec;
  const value = length ?? metres;
  const member = desired.endsWith("/v2") ? "metres" : "length";
  return { ...rest, apiVersion: desired, spec: { ...others, [member]: value, stowaway: true } };
}

type Answer = (request: Draft) => Draft;
const converted: Answer = ({ uid, objects, desiredAPIVersion }) => ({
  uid,
  result: { status: "Success" },
  convertedObjects: objects.map((object: Draft) => convert(object, desiredAPIVersion)),
});

async function withBoats(answer: Answer = converted, crd: object = CRD): Promise<Harness & { calls: Draft[] }> {
  const calls: Draft[] = [];
  const webhooks = {
    call: async ({ body }: WebhookCall) => {
      const { request, kind, apiVersion } = JSON.parse(body);
      calls.push(request);
      return { status: 200, body: JSON.stringify({ kind, apiVersion, response: answer(request) }) };
    },
  };
  const harness = await startBuiltIn({ webhooks });
  expect((await harness.call("POST", CRDS, crd)).status).toBe(201);
  return { ...harness, calls };
}

const boat = (apiVersion: string, spec: Draft) => ({ apiVersion, kind: "Boat", metadata: { name: "a" }, spec });

describe("a conversion webhook", () => {
  it("converts what is written and what is read, and is asked once for an object", async () => {
    const { call, calls } = await withBoats();
    const created = await call("POST", path("v2"), boat("example.com/v2", { metres: 7 }));
    expect([created.status, created.body.spec]).toEqual([201, { hull: "oak", metres: 7 }]);
    expect((await call("GET", path("v1", "/a"))).body.spec).toEqual({ hull: "oak", length: 7 });
    const asked = calls.length;
    expect((await call("GET", path("v2", "/a"))).body.spec).toEqual({ hull: "oak", metres: 7 });
    expect((await call("GET", path("v2"))).body.items[0].spec.metres).toBe(7);
    expect(calls.length).toBe(asked);
  });

  it("changes neither metadata nor what the schema does not know", async () => {
    const { call } = await withBoats((request) => {
      const answer = converted(request);
      for (const object of answer.convertedObjects)
        Object.assign(object.metadata, { generation: 99, labels: { seen: "yes" }, finalizers: ["mine/x"] });
      return answer;
    });
    await call("POST", path("v1"), boat("example.com/v1", { length: 1 }));
    const { metadata, spec } = (await call("GET", path("v2", "/a"))).body;
    expect({ generation: metadata.generation, labels: metadata.labels, finalizers: metadata.finalizers, spec }).toEqual(
      {
        generation: 1,
        labels: { seen: "yes" },
        finalizers: undefined,
        spec: { hull: "oak", metres: 1 },
      },
    );
  });

  it("comes before the fields that lists and watches select by", async () => {
    const [v1, v2] = CRD.spec.versions;
    const versions = [v1, { ...v2, selectableFields: [{ jsonPath: ".spec.metres" }] }];
    const { call, raw } = await withBoats(converted, { ...CRD, spec: { ...CRD.spec, versions } });
    const selected = `${path("v2")}?fieldSelector=spec.metres%3D2`;
    await call("POST", path("v1"), boat("example.com/v1", { length: 1 }));
    const events: unknown[] = [];
    const watch = await raw("GET", `${selected}&watch=1`);
    if (watch.body.type !== "watch") throw new Error("no watch");
    const subscription = watch.body.events.subscribe(({ type, object }) =>
      events.push([type, (object as Draft).spec?.metres]),
    );
    const merge = { "content-type": "application/merge-patch+json" };
    for (const length of [2, 2, 3, 2]) await call("PATCH", path("v1", "/a"), { spec: { length } }, merge);
    await call("PATCH", path("v1", "/a"), { metadata: { labels: { a: "b" } } }, merge);
    expect((await call("GET", selected)).body.items).toHaveLength(1);
    await call("DELETE", path("v1", "/a"));
    await expect
      .poll(() => events)
      .toEqual([
        ["ADDED", 2],
        ["DELETED", 2],
        ["ADDED", 2],
        ["MODIFIED", 2],
        ["DELETED", 2],
      ]);
    subscription.unsubscribe();
  });

  it("stands behind patches, deletions and watches", async () => {
    const { call, raw } = await withBoats();
    await call("POST", path("v1"), boat("example.com/v1", { length: 1 }));
    const events: WatchEvent[] = [];
    const watch = await raw("GET", `${path("v2")}?watch=1`);
    if (watch.body.type !== "watch") throw new Error("no watch");
    const subscription = watch.body.events.subscribe((event) => void events.push(event));
    const merge = { "content-type": "application/merge-patch+json" };
    const patched = await call("PATCH", path("v2", "/a"), { spec: { metres: 2 } }, merge);
    expect([patched.status, patched.body.spec.metres]).toEqual([200, 2]);
    expect((await call("DELETE", path("v2", "/a"))).status).toBe(200);
    await expect
      .poll(() => events.map(({ type, object }) => [type, (object as Draft).spec?.metres]))
      .toEqual([
        ["ADDED", 1],
        ["MODIFIED", 2],
        ["DELETED", 2],
      ]);
    subscription.unsubscribe();
  });

  const faults: readonly [string, Answer, string][] = [
    ["refuses", ({ uid }) => ({ uid, result: { status: "Failed", message: "not today" } }), "failed: not today"],
    ["says nothing", ({ uid }) => ({ uid, result: {} }), "failed: response.result.status was '', not 'Success'"],
    ["answers another review", (request) => ({ ...converted(request), uid: "x" }), 'failed: expected response.uid="'],
    ["loses objects", (request) => ({ ...converted(request), convertedObjects: [] }), "returned 0 objects, expected 1"],
    [
      "converts to another version",
      (request) => ({ ...converted(request), convertedObjects: request.objects }),
      "returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)",
    ],
    [
      "renames",
      (request) => {
        const answer = converted(request);
        answer.convertedObjects[0].metadata.name = "b";
        return answer;
      },
      "returned invalid object: must have the same name: a != b",
    ],
    [
      "labels with numbers",
      (request) => {
        const answer = converted(request);
        answer.convertedObjects[0].metadata.labels = { a: 1 };
        return answer;
      },
      "returned invalid metadata: metadata.labels[a] must be a string, but is number in converted object",
    ],
  ];
  it.each(faults)("that %s is an error of the read", async (_, answer, why) => {
    const { call } = await withBoats(answer);
    await call("POST", path("v1"), boat("example.com/v1", { length: 1 }));
    const { status, body } = await call("GET", path("v2", "/a"));
    expect([status, body.reason]).toEqual([500, undefined]);
    expect(body.message).toContain(`conversion webhook for example.com/v1, Kind=Boat ${why}`);
  });
});
