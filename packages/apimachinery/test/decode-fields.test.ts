import { describe, expect, it } from "vitest";
import { decodeFields, decodeJson, pruneUnknown, type Schema } from "../src/index.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const ref = (name: string): Schema => ({ $ref: name });
const text: Schema = { type: "string" };
const map = (additionalProperties: Schema): Schema => ({ type: "object", additionalProperties });
const list = (items: Schema): Schema => ({ type: "array", items });
const definitions: Record<string, Schema> = {
  "io.k8s.api.core.v1.Thing": {
    type: "object",
    properties: {
      apiVersion: text,
      kind: text,
      metadata: ref(`${META}ObjectMeta`),
      data: map(text),
      binary: map({ type: "string", format: "byte" }),
      hard: map(ref("io.k8s.apimachinery.pkg.api.resource.Quantity")),
      micro: ref(`${META}MicroTime`),
      spec: ref("io.k8s.api.core.v1.ThingSpec"),
      raw: ref("io.k8s.apimachinery.pkg.runtime.RawExtension"),
    },
  },
  "io.k8s.api.core.v1.ThingSpec": {
    type: "object",
    properties: {
      replicas: { type: "integer", format: "int32" },
      port: ref("io.k8s.apimachinery.pkg.util.intstr.IntOrString"),
      items: list(ref("io.k8s.api.core.v1.Item")),
      on: { type: "boolean" },
    },
  },
  "io.k8s.api.core.v1.Item": { type: "object", properties: { name: text, n: { type: "integer", format: "int64" } } },
  [`${META}ObjectMeta`]: {
    type: "object",
    properties: { name: text, labels: map(text), finalizers: list(text), creationTimestamp: ref(`${META}Time`) },
  },
};
const resolve = (name: string): Schema => {
  const found = definitions[name];
  if (found === undefined) throw new TypeError(name);
  return found;
};

function decode(json: string): ReturnType<typeof decodeFields> {
  const { value, literals } = decodeJson(json);
  return decodeFields(value, ref("io.k8s.api.core.v1.Thing"), resolve, { literals });
}

describe("typed decoding", () => {
  it("does not look into members of the root that are typed already", () => {
    const data = Object.freeze({ a: 1 });
    const thing = { data, spec: { replicas: 1, nope: 2 } };
    const { unknown, error } = decodeFields(thing, ref("io.k8s.api.core.v1.Thing"), resolve, {
      typed: new Set(["data"]),
    });
    expect({ unknown, error, thing }).toStrictEqual({
      unknown: ['unknown field "spec.nope"'],
      error: undefined,
      thing: { data, spec: { replicas: 1 } },
    });
  });

  it("leaves a frozen value alone that has its form already", () => {
    const thing = Object.freeze({ metadata: Object.freeze({ finalizers: Object.freeze(["a"]) }) });
    expect(decodeFields(thing, ref("io.k8s.api.core.v1.Thing"), resolve).value).toBe(thing);
  });

  it("leaves out members that are undefined, as JSON does", () => {
    const thing = {
      nope: undefined,
      spec: { replicas: undefined, on: true },
      data: { a: undefined, b: "x" },
      metadata: { labels: undefined },
    };
    const { value, unknown, error } = decodeFields(thing, ref("io.k8s.api.core.v1.Thing"), resolve, {});
    expect({ value, unknown, error }).toStrictEqual({
      value: { spec: { on: true }, data: { b: "x" }, metadata: {} },
      unknown: [],
      error: undefined,
    });
  });

  it.each([
    ['{"metadata":{"name":"a","zzz":true},"nope":1}', ['unknown field "metadata.zzz"', 'unknown field "nope"']],
    ['{"spec":{"items":[{},{"x":1}]}}', ['unknown field "spec.items[1].x"']],
    ['{"constructor":1}', ['unknown field "constructor"']],
    ['{"__proto__":1}', ['unknown field "__proto__"']],
    ['{"raw":{"any":1}}', []],
    ['{"data":{"any":"x"}}', []],
  ])("%s", (json, unknown) => {
    expect(decode(json)).toMatchObject({ unknown });
  });

  it.each([
    ['{"metadata":"x"}', "json: cannot unmarshal string into Go struct field Thing.metadata of type v1.ObjectMeta"],
    [
      '{"metadata":{"labels":{"a":1}}}',
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      '{"metadata":{"labels":[]}}',
      "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
    ],
    [
      '{"metadata":{"finalizers":"x"}}',
      "json: cannot unmarshal string into Go struct field ObjectMeta.metadata.finalizers of type []string",
    ],
    ['{"data":{"a":{}}}', "json: cannot unmarshal object into Go struct field Thing.data of type string"],
    [
      '{"spec":{"replicas":"1"}}',
      "json: cannot unmarshal string into Go struct field ThingSpec.spec.replicas of type int32",
    ],
    [
      '{"spec":{"replicas":0.0}}',
      "json: cannot unmarshal number 0.0 into Go struct field ThingSpec.spec.replicas of type int32",
    ],
    [
      '{"spec":{"replicas":2147483648}}',
      "json: cannot unmarshal number 2147483648 into Go struct field ThingSpec.spec.replicas of type int32",
    ],
    [
      '{"spec":{"port":1.5}}',
      "json: cannot unmarshal number 1.5 into Go struct field ThingSpec.spec.port of type int32",
    ],
    ['{"spec":{"port":true}}', "json: cannot unmarshal bool into Go struct field ThingSpec.spec.port of type int32"],
    [
      '{"spec":{"items":[{"n":"x"}]}}',
      "json: cannot unmarshal string into Go struct field Item.spec.items.n of type int64",
    ],
    [
      '{"spec":{"items":{}}}',
      "json: cannot unmarshal object into Go struct field ThingSpec.spec.items of type []v1.Item",
    ],
    ["[]", "json: cannot unmarshal array into Go value of type v1.Thing"],
    ['{"hard":{"memory":"1K"}}', "unable to parse quantity's suffix"],
    [
      '{"hard":{"memory":{}}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      '{"metadata":{"creationTimestamp":"x"}}',
      'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
    ],
    ['{"binary":{"a":"%"}}', "illegal base64 data at input byte 0"],
    ['{"binary":{"a":"YQ"}}', "illegal base64 data at input byte 0"],
  ])("%s is refused", (json, error) => {
    expect(decode(json).error).toBe(error);
  });

  it("makes values canonical and drops nulls", () => {
    const json =
      '{"metadata":{"name":"a","creationTimestamp":null,"labels":{"a":null}},"hard":{"cpu":1.50,"memory":"1024Mi","x":null},"micro":"2024-01-02T03:04:05.000000+01:00","spec":{"replicas":null,"port":"http","items":[null]},"binary":{"a":"YQ==\\n"}}';
    expect(decode(json)).toEqual({
      unknown: [],
      value: {
        metadata: { name: "a", labels: { a: "" } },
        hard: { cpu: "1500m", memory: "1Gi", x: "0" },
        micro: "2024-01-02T02:04:05.000000Z",
        spec: { port: "http", items: [{}] },
        binary: { a: "YQ==" },
      },
    });
  });

  it("names the types and inlined structs that the schema is told of", () => {
    const schema: Schema = {
      type: "object",
      properties: {
        modes: { ...list(text), "x-go-type": "[]v1.AccessMode" },
        limits: { ...map(text), "x-go-type": "v1.ResourceList" },
        byName: { ...map(text), "x-go-type": "map[v1.Name]v1.Limit" },
        path: { ...text, "x-go-inline": "VolumeSource" },
      },
    };
    const errorOf = (value: unknown): string | undefined =>
      decodeFields(value, schema, resolve, { definitionName: "io.k8s.api.core.v1.Spec" }).error;
    expect(errorOf({ modes: 1 })).toMatch(/Spec\.modes of type \[\]v1\.AccessMode$/);
    expect(errorOf({ modes: [1] })).toMatch(/Spec\.modes of type v1\.AccessMode$/);
    expect(errorOf({ limits: 1 })).toMatch(/Spec\.limits of type v1\.ResourceList$/);
    expect(errorOf({ byName: { a: 1 } })).toMatch(/Spec\.byName of type v1\.Limit$/);
    expect(errorOf({ path: 1 })).toMatch(/Spec\.VolumeSource\.path of type string$/);
  });

  it("says first what a type says that decodes itself", () => {
    const found = decode('{"metadata":{"name":5,"creationTimestamp":"x"},"spec":{"replicas":"y"}}');
    expect(found).toMatchObject({ error: expect.stringMatching(/^parsing time "x"/) });
  });

  it("starts at a part of an object", () => {
    const found = decodeFields({ zz: 1, labels: { a: 1 } }, ref(`${META}ObjectMeta`), resolve, { path: ["metadata"] });
    expect(found.unknown).toEqual(['unknown field "metadata.zz"']);
    expect(found.error).toBe("json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string");
  });
});

describe("pruning", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          a: text,
          free: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { b: { type: "object" } } },
          list: list({ type: "object", properties: { a: text } }),
          map: map({ type: "object", properties: { a: text } }),
          embedded: { type: "object", "x-kubernetes-embedded-resource": true },
        },
      },
    },
  };

  it("drops and lists what the schema does not know", () => {
    const draft = {
      apiVersion: "v1",
      metadata: { name: "a" },
      z: 1,
      spec: {
        a: "x",
        z: 1,
        free: { any: 1, b: { z: 1 } },
        list: [{ a: "x", z: 1 }],
        map: { k: { z: 1 } },
        embedded: { kind: "X", spec: {} },
      },
    };
    expect(pruneUnknown(draft, schema, resolve)).toEqual([
      "z",
      "spec.z",
      "spec.free.b.z",
      "spec.list[0].z",
      "spec.map.k.z",
      "spec.embedded.spec",
    ]);
    expect(draft).toEqual({
      apiVersion: "v1",
      metadata: { name: "a" },
      spec: { a: "x", free: { any: 1, b: {} }, list: [{ a: "x" }], map: { k: {} }, embedded: { kind: "X" } },
    });
  });
});
