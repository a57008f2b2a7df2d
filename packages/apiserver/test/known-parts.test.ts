import { deepFreeze, type KubernetesObject } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import { asStored, copyKnowing } from "../src/rest/known-parts.ts";
import { pod, startBuiltIn } from "./built-in.ts";
import { definition } from "./harness.ts";

const stored = deepFreeze({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", labels: { a: "1" }, managedFields: [{ manager: "x", operation: "Update" }] },
  spec: { containers: [{ name: "c" }] },
  status: { phase: "Pending" },
}) as KubernetesObject & Record<"spec" | "status", object>;

describe("parts of an object that are known from what is stored", () => {
  it("copies all, says which members are the stored ones, and keeps its managed fields", () => {
    const object = { ...stored, metadata: { ...stored.metadata, name: "q" }, status: { phase: "Running" } };
    const { draft, members, complete } = copyKnowing(object, stored);
    expect(draft).toStrictEqual(object);
    expect([...members]).toStrictEqual(["spec"]);
    expect(draft.metadata.managedFields).toBe(stored.metadata?.managedFields);
    expect(complete.spec).toBe(draft.spec);
    for (const part of [draft, draft.metadata, draft.metadata.labels, draft.spec.containers[0], draft.status])
      expect(Object.isFrozen(part)).toBe(false);
  });

  it.each([
    ["nothing is stored", stored, undefined],
    ["equal parts are others", JSON.parse(JSON.stringify(stored)), stored],
    ["it is no object", "text", stored],
    ["it is null", null, stored],
    ["it is a list", [stored.spec], stored],
    ["a member is called __proto__", JSON.parse('{"__proto__":{"x":1}}'), stored],
  ])("knows nothing when %s", (_, object, known) => {
    const { draft, members } = copyKnowing(object, known);
    expect(JSON.stringify(draft)).toBe(JSON.stringify(object));
    expect(members.size).toBe(0);
  });

  it("takes no object for stored that is served at another version", () => {
    const other = { group: "events.k8s.io", storageApiVersion: "v1" };
    const converted = deepFreeze({ apiVersion: "events.k8s.io/v1", kind: "Event" });
    expect(asStored(converted, definition("Event", other))).toBeUndefined();
    expect(asStored(stored, definition("Pod"))).toBe(stored);
  });
});

describe("a write in the same process that shares parts with what is stored", () => {
  const POD = "/api/v1/namespaces/default/pods/p";
  type Write = (object: Record<string, object>) => [method: string, path: string, body: object, contentType?: string];
  const strategic = "application/strategic-merge-patch+json";
  const writes: readonly (readonly [string, Write])[] = [
    ["a PUT of labels", (object) => ["PUT", POD, { ...object, metadata: { ...object.metadata, labels: { b: "2" } } }]],
    ["a PUT of the spec", (object) => ["PUT", POD, { ...object, spec: { ...object.spec, activeDeadlineSeconds: 5 } }]],
    ["a PUT of the status", (object) => ["PUT", `${POD}/status`, { ...object, status: { phase: "Running" } }]],
    ["a PUT of what is there", (object) => ["PUT", POD, object]],
    ["a PUT with a null and an unknown field", (object) => ["PUT", POD, { ...object, status: null, nope: 1 }]],
    ["a patch of the status", () => ["PATCH", `${POD}/status`, { status: { phase: "Running" } }, strategic]],
    ["a patch of labels", () => ["PATCH", POD, { metadata: { labels: { a: null, b: "2" } } }, strategic]],
    ["a patch of a container", () => ["PATCH", POD, { spec: { containers: [{ name: "a", image: "j" }] } }, strategic]],
    ["a patch that is refused", () => ["PATCH", POD, { spec: { nodeName: "n" } }, strategic]],
  ];

  it.each(writes)("%s answers as one over the wire does", async (_, write) => {
    const answers = await Promise.all(
      [false, true].map(async (wire) => {
        const { call, raw } = await startBuiltIn({ random: () => 0.5 });
        await call("POST", "/api/v1/namespaces/default/pods", pod("p"));
        const { body } = await raw("GET", POD);
        const [method, path, object, type = "application/json"] = write((body as unknown as { object: never }).object);
        const headers = { "content-type": type };
        if (wire) return (await call(method, path, object, headers)).body;
        const answer = await raw(method, path, { headers, body: { object: deepFreeze(object) } });
        return (answer.body as { object: object }).object;
      }),
    );
    expect(answers[0]).toStrictEqual(answers[1]);
  });
});
