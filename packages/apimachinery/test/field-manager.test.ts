import { beforeEach, describe, expect, it } from "vitest";
import {
  createFieldManager,
  deepFreeze,
  type FieldManager,
  type KubernetesObject,
  LAST_APPLIED_ANNOTATION,
  type ManagedFieldsEntry,
  type Schema,
  type StatusError,
} from "../src/index.ts";

const text: Schema = { type: "string" };
const map: Schema = { type: "object", additionalProperties: text };
const definitions: Record<string, Schema> = {
  Meta: {
    type: "object",
    properties: {
      name: text,
      namespace: text,
      uid: text,
      labels: map,
      annotations: map,
      finalizers: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      managedFields: { type: "array", items: { type: "object" } },
    },
  },
  Container: {
    type: "object",
    properties: {
      name: text,
      image: text,
      args: { type: "array", items: text },
      env: {
        type: "array",
        items: { type: "object", properties: { name: text, value: text } },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
      ports: {
        type: "array",
        items: {
          type: "object",
          properties: { containerPort: { type: "integer" }, protocol: { ...text, default: "TCP" }, name: text },
        },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
      },
      resources: { type: "object", properties: { limits: map } },
    },
  },
  Selector: { type: "object", properties: { matchLabels: map }, "x-kubernetes-map-type": "atomic" },
};
const schema: Schema = {
  type: "object",
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { $ref: "Meta" },
    data: map,
    spec: {
      type: "object",
      properties: {
        replicas: { type: "integer" },
        selector: { $ref: "Selector" },
        nodeSelector: { ...map, "x-kubernetes-map-type": "atomic" },
        containers: {
          type: "array",
          items: { $ref: "Container" },
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
        },
      },
    },
    status: { type: "object", properties: { phase: text } },
  },
};
const kind = {
  group: "",
  version: "v1",
  kind: "Thing",
  schema,
  resolve: (name: string) => definitions[name] as Schema,
};

type Fields = Record<string, unknown>;
const thing = (fields: Fields, metadata: Fields = {}): KubernetesObject =>
  ({ apiVersion: "v1", kind: "Thing", metadata: { name: "a", ...metadata }, ...fields }) as KubernetesObject;

/** A server with one object: every write goes through the field manager. */
class Server {
  readonly fields: FieldManager;
  object: KubernetesObject | undefined;
  now = 0;

  constructor(subresource = "") {
    this.fields = createFieldManager(kind, { subresource });
  }

  apply(manager: string, fields: Fields, force = false): KubernetesObject {
    const { object, changed } = this.fields.apply(this.object, thing(fields), { manager, force, now: this.now });
    return this.#store(object, changed);
  }

  put(manager: string, fields: Fields, metadata: Fields = {}): KubernetesObject {
    const next = thing(fields, { ...(this.object?.metadata as Fields), ...metadata });
    const managedFields = this.fields.update(this.object, next, { manager, now: this.now });
    const { managedFields: _, ...rest } = next.metadata as Fields;
    return this.#store(
      { ...next, metadata: managedFields ? { ...rest, managedFields } : rest } as KubernetesObject,
      true,
    );
  }

  #store(object: KubernetesObject, changed: boolean): KubernetesObject {
    this.now += 1000;
    if (changed) this.object = deepFreeze(object);
    return object;
  }

  entries(): (readonly [string, string, unknown, string | undefined])[] {
    return entriesOf(this.object?.metadata?.managedFields);
  }
}

function entriesOf(
  entries: readonly ManagedFieldsEntry[] | undefined,
): (readonly [string, string, unknown, string | undefined])[] {
  return (entries ?? []).map((entry) => [
    entry.manager ?? "",
    entry.operation ?? "",
    entry.fieldsV1,
    entry.time?.slice(17, 19),
  ]);
}

const refusal = (run: () => unknown): StatusError => {
  try {
    run();
  } catch (error) {
    return error as StatusError;
  }
  throw new Error("nothing was refused");
};

let server: Server;
beforeEach(() => {
  server = new Server();
});

describe("custom resources", () => {
  const spec: Schema = {
    type: "object",
    properties: {
      a: text,
      set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
      free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      embedded: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: map } },
    },
  };
  const widgets = createFieldManager({
    ...kind,
    schema: { type: "object", properties: { metadata: { type: "object" }, spec } },
  });

  it("have typed metadata, sets and free-form parts", () => {
    const embedded = { apiVersion: "v1", kind: "X", metadata: { name: "y" }, spec: { a: "b" } };
    const fields = { spec: { a: "x", set: ["b", "a"], free: { deep: { x: [1] } }, embedded } };
    const metadata = { finalizers: ["x.io/f"], labels: { l: "v" } };
    const { object } = widgets.apply(undefined, thing(fields, metadata), { manager: "m", force: false, now: 0 });
    expect(object.metadata?.managedFields?.[0]?.fieldsV1).toEqual({
      "f:metadata": { "f:finalizers": { 'v:"x.io/f"': {} }, "f:labels": { "f:l": {} } },
      "f:spec": {
        "f:a": {},
        "f:embedded": {
          "f:apiVersion": {},
          "f:kind": {},
          "f:metadata": { ".": {}, "f:name": {} },
          "f:spec": { "f:a": {} },
        },
        "f:free": { "f:deep": { ".": {}, "f:x": {} } },
        "f:set": { 'v:"a"': {}, 'v:"b"': {} },
      },
    });
  });

  it("refuse duplicates in sets", () => {
    const applied = thing({ spec: { set: ["a", "a"] } });
    expect(refusal(() => widgets.apply(undefined, applied, { manager: "m", force: false, now: 0 })).message).toBe(
      'failed to create typed patch object (/a; /v1, Kind=Thing): .spec.set: duplicate entries for key [="a"]',
    );
  });
});

describe("updates", () => {
  it("own what they create, the map itself included", () => {
    server.put("m1", { data: { k: "v" } }, { labels: { a: "b" }, finalizers: ["x.io/f"] });
    const meta = { "f:labels": { ".": {}, "f:a": {} }, "f:finalizers": { ".": {}, 'v:"x.io/f"': {} } };
    expect(server.entries()).toEqual([
      ["m1", "Update", { "f:data": { ".": {}, "f:k": {} }, "f:metadata": meta }, "00"],
    ]);
  });

  it("own only what they change", () => {
    server.put("m1", { data: { k: "v", l: "w" } });
    server.put("m2", { data: { k: "v", l: "x" } });
    expect(server.entries()).toEqual([
      ["m1", "Update", { "f:data": { ".": {}, "f:k": {} } }, "00"],
      ["m2", "Update", { "f:data": { "f:l": {} } }, "01"],
    ]);
  });

  it("merge entries of one manager and forget removed fields", () => {
    server.put("m1", { data: { k: "v" } });
    server.put("m1", { data: { k: "v", l: "w" } });
    expect(server.entries()).toEqual([["m1", "Update", { "f:data": { ".": {}, "f:k": {}, "f:l": {} } }, "01"]]);
    server.put("m2", { data: { l: "w" } });
    expect(server.entries()).toEqual([["m1", "Update", { "f:data": { ".": {}, "f:l": {} } }, "01"]]);
  });

  it("own list items by their keys, and everything in them", () => {
    server.put("m1", {
      spec: { containers: [{ name: "a", image: "i", ports: [{ containerPort: 53 }], args: ["x"], resources: {} }] },
    });
    const port = { ".": {}, "f:containerPort": {} };
    const container = {
      ".": {},
      "f:args": {},
      "f:image": {},
      "f:name": {},
      "f:ports": { ".": {}, 'k:{"containerPort":53,"protocol":"TCP"}': port },
      "f:resources": {},
    };
    expect(server.entries()).toEqual([
      ["m1", "Update", { "f:spec": { "f:containers": { ".": {}, 'k:{"name":"a"}': container }, ".": {} } }, "00"],
    ]);
  });

  it("do not own structs that are always there", () => {
    const empty = thing({ spec: { containers: null } });
    const next = thing({ spec: { replicas: 1, containers: [{ name: "a" }] } });
    const entries = createFieldManager(kind, { empty }).update(undefined, next, { manager: "m1", now: 0 });
    const containers = { 'k:{"name":"a"}': { ".": {}, "f:name": {} } };
    expect(entries?.[0]?.fieldsV1).toEqual({ "f:spec": { "f:containers": containers, "f:replicas": {} } });
  });

  it("own atomic maps as a whole", () => {
    server.put("m1", { spec: { replicas: 1, selector: { matchLabels: { a: "b" } }, nodeSelector: { a: "b" } } });
    expect(server.entries()[0]?.[2]).toEqual({
      "f:spec": { ".": {}, "f:nodeSelector": {}, "f:replicas": {}, "f:selector": {} },
    });
  });

  it("do not own status on the main path, nor what only the server sets", () => {
    server.put("m1", { data: { k: "v" }, status: { phase: "x" } }, { uid: "u" });
    expect(server.entries()[0]?.[2]).toEqual({ "f:data": { ".": {}, "f:k": {} } });
  });

  it("recompute entries that a client sends with a create, and ignore invalid ones", () => {
    const sent = {
      manager: "x",
      operation: "Update",
      apiVersion: "v1",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { "f:k": {} } },
    };
    server.put("m1", { data: { k: "v" } }, { managedFields: [sent] });
    expect(server.entries()).toHaveLength(1);
    server.put("m2", { data: { k: "w" } }, { managedFields: [{ ...sent, operation: "Bogus" }] });
    expect(server.entries().map(([name]) => name)).toEqual(["m1", "m2"]);
  });

  it("forget everybody on a reset, and track nothing until the next apply", () => {
    server.apply("m1", { data: { k: "v" } });
    server.put("u", { data: { k: "v" } }, { managedFields: [{}] });
    expect(server.entries()).toEqual([]);
    server.put("u", { data: { k: "x" } });
    expect(server.entries()).toEqual([]);
    expect(refusal(() => server.apply("m2", { data: { k: "w" } })).message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k',
    );
  });

  it("return the same entries when nothing changed", () => {
    const first = server.put("m1", { data: { k: "v" } });
    const next = thing({ data: { k: "v" } }, first.metadata as Fields);
    expect(server.fields.update(server.object, next, { manager: "m2", now: 9000 })).toBe(first.metadata?.managedFields);
  });

  it("keep ten updaters and merge the older ones", () => {
    const data: Record<string, string> = {};
    for (let index = 0; index < 14; index++) {
      data[`k${index}`] = "v";
      server.put(`m${String(index).padStart(2, "0")}`, { data: { ...data } });
    }
    const names = server.entries().map(([name]) => name);
    expect(names).toHaveLength(10);
    expect(names[0]).toBe("ancient-changes");
    expect(server.entries()[0]?.[2]).toEqual({
      "f:data": { ".": {}, "f:k0": {}, "f:k1": {}, "f:k2": {}, "f:k3": {}, "f:k4": {} },
    });
  });
});

describe("applies", () => {
  it("own what they name, without the containers", () => {
    server.apply("m1", { data: { k: "v" } });
    expect(server.entries()).toEqual([["m1", "Apply", { "f:data": { "f:k": {} } }, "00"]]);
  });

  it("change nothing when repeated", () => {
    server.apply("m1", { data: { k: "v" } });
    const { changed, object } = server.fields.apply(server.object, thing({ data: { k: "v" } }), {
      manager: "m1",
      force: false,
      now: 9000,
    });
    expect(changed).toBe(false);
    expect(object).toEqual(server.object);
  });

  it("remove what they let go, unless somebody else owns it", () => {
    server.apply("m1", { data: { k: "v", l: "w", m: "x" } });
    server.apply("m2", { data: { l: "w" } });
    expect(server.apply("m1", { data: { k: "v" } })).toMatchObject({ data: { k: "v", l: "w" } });
    expect(Object.keys((server.object as unknown as { data: object }).data)).toEqual(["k", "l"]);
  });

  it("leave the emptied map to its owner", () => {
    server.apply("m1", { data: { k: "v" } });
    server.apply("m2", { data: { k: "v" } });
    server.apply("m1", { data: {} });
    expect(server.object).toMatchObject({ data: { k: "v" } });
    const object = server.apply("m2", { data: {} }) as unknown as Fields;
    expect(Object.hasOwn(object, "data")).toBe(false);
    expect(
      entriesOf((object as KubernetesObject).metadata?.managedFields).map(([name, , fields]) => [name, fields]),
    ).toEqual([
      ["m1", { "f:data": {} }],
      ["m2", { "f:data": {} }],
    ]);
  });

  it("conflict with other appliers and updaters", () => {
    server.apply("m1", { data: { k: "v" } });
    const error = refusal(() => server.apply("m2", { data: { k: "w" } }));
    expect(error.status).toMatchObject({
      code: 409,
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "m1": .data.k',
      details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "m1"', field: ".data.k" }] },
    });
    server.put("u", { data: { k: "v", l: "x" } });
    expect(refusal(() => server.apply("m2", { data: { k: "w", l: "w" } })).message).toBe(
      'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.k\nconflicts with "u" using v1:\n- .data.l',
    );
  });

  it("take fields over by force, and share equal ones without a time", () => {
    server.apply("m1", { data: { k: "v", l: "w" } });
    server.apply("m2", { data: { k: "w" } }, true);
    expect(server.entries()).toEqual([
      ["m1", "Apply", { "f:data": { "f:l": {} } }, "00"],
      ["m2", "Apply", { "f:data": { "f:k": {} } }, "01"],
    ]);
    const shared = server.apply("m3", { data: { l: "w" } });
    expect(entriesOf(shared.metadata?.managedFields).find(([name]) => name === "m3")).toEqual([
      "m3",
      "Apply",
      { "f:data": { "f:l": {} } },
      undefined,
    ]);
  });

  it("merge lists by their keys, in the applied order", () => {
    const names = (): string[] =>
      (server.object as unknown as { spec: { containers: { name: string }[] } }).spec.containers.map(
        ({ name }) => name,
      );
    server.apply("m1", { spec: { containers: [{ name: "a" }, { name: "b" }, { name: "c" }] } });
    server.apply("m2", { spec: { containers: [{ name: "x" }, { name: "c" }, { name: "a", image: "i" }] } });
    expect(names()).toEqual(["b", "x", "c", "a"]);
    server.apply("m1", { spec: { containers: [{ name: "a" }] } });
    expect(names()).toEqual(["x", "c", "a"]);
  });

  it("name items of lists in conflicts, with defaulted keys", () => {
    const ports = (name: string): Fields => ({
      spec: { containers: [{ name: "a", ports: [{ containerPort: 53, name }] }] },
    });
    server.apply("m1", ports("x"));
    expect(refusal(() => server.apply("m2", ports("y"))).message).toBe(
      'Apply failed with 1 conflict: conflict with "m1": .spec.containers[name="a"].ports[containerPort=53,protocol="TCP"].name',
    );
  });

  it("conflict on atomic values as a whole", () => {
    server.apply("m1", { spec: { nodeSelector: { a: "b" } } });
    expect(refusal(() => server.apply("m2", { spec: { nodeSelector: { c: "d" } } })).message).toContain(
      ".spec.nodeSelector",
    );
    expect(server.apply("m2", { spec: { nodeSelector: { c: "d" } } }, true)).toMatchObject({
      spec: { nodeSelector: { c: "d" } },
    });
    expect(server.entries().map(([name]) => name)).toEqual(["m2"]);
  });

  it.each([
    [{ foo: 1 }, 500, "failed to create typed patch object (/a; /v1, Kind=Thing): .foo: field not declared in schema"],
    [
      { spec: { containers: [{ name: "a" }, { name: "a" }] } },
      500,
      'failed to create typed patch object (/a; /v1, Kind=Thing): .spec.containers: duplicate entries for key [name="a"]',
    ],
    [
      { spec: { replicas: "x" } },
      500,
      "failed to create typed patch object (/a; /v1, Kind=Thing): .spec.replicas: expected numeric (int or float), got string",
    ],
    [{ kind: "Other" }, 400, "invalid object type: /v1, Kind=Other"],
    [{ apiVersion: {} as never }, 400, "invalid object type: /, Kind=Thing"],
    [{ apiVersion: undefined, kind: undefined }, 400, "invalid object type: /, Kind="],
    [{ metadata: { managedFields: [] } }, 400, "metadata.managedFields must be nil"],
  ])("refuse %o", (fields, code, message) => {
    expect(refusal(() => server.apply("m1", fields)).status).toMatchObject({ code, message });
  });

  it("let kubectl take over what its client-side apply owned, and keep the annotation up to date", () => {
    const lastApplied = '{"apiVersion":"v1","kind":"Thing","metadata":{"name":"a"},"data":{"k":"v","l":"w"}}';
    server.put(
      "kubectl-client-side-apply",
      { data: { k: "v", l: "w" } },
      { annotations: { [LAST_APPLIED_ANNOTATION]: lastApplied } },
    );
    expect(refusal(() => server.apply("other", { data: { k: "x" } })).code).toBe(409);
    const object = server.apply("kubectl", { data: { k: "x" } });
    expect(object).toMatchObject({ data: { k: "x", l: "w" } });
    expect(object.metadata?.annotations?.[LAST_APPLIED_ANNOTATION]).toBe(
      '{"apiVersion":"v1","data":{"k":"x"},"kind":"Thing","metadata":{"name":"a"}}\n',
    );
  });

  it("keep subresources apart", () => {
    server.apply("m1", { data: { k: "v" } });
    const status = createFieldManager(kind, { subresource: "status" });
    const { object } = status.apply(server.object, thing({ status: { phase: "x" } }), {
      manager: "m1",
      force: false,
      now: 0,
    });
    expect(object.metadata?.managedFields).toMatchObject([
      { manager: "m1", fieldsV1: { "f:data": { "f:k": {} } } },
      { manager: "m1", subresource: "status", fieldsV1: { "f:status": { "f:phase": {} } } },
    ]);
  });

  it("own nothing when they say nothing", () => {
    expect(server.apply("m1", {}).metadata?.managedFields).toBeUndefined();
  });
});
