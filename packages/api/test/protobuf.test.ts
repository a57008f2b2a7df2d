import { describe, expect, it } from "vitest";
import { decodeProtobuf } from "../src/protobuf-decode.ts";
import { completeZeroValuesOf } from "../src/zero-values.ts";
import { bytesField, encodeObject, numberField, textField } from "./protobuf-encoder.ts";
import { type Json, recordedObjects, recordedPresent } from "./recorded-objects.ts";

function envelope(apiVersion: string, kind: string, raw: readonly number[]): Uint8Array {
  const meta = [...textField(1, apiVersion), ...textField(2, kind)];
  return Uint8Array.from([0x6b, 0x38, 0x73, 0x00, ...bytesField(1, meta), ...bytesField(2, raw)]);
}

describe("messages as client-go writes them", () => {
  it("decodes DeleteOptions, absent fields stay absent", () => {
    const raw = [...numberField(1, 30), ...bytesField(2, textField(1, "u-1")), ...textField(4, "Background")];
    expect(decodeProtobuf(envelope("v1", "DeleteOptions", raw)).object).toEqual({
      apiVersion: "v1",
      kind: "DeleteOptions",
      gracePeriodSeconds: 30,
      preconditions: { uid: "u-1" },
      propagationPolicy: "Background",
    });
  });

  it("decodes a ConfigMap: maps, empty strings of metadata dropped", () => {
    const metadata = [...textField(1, "a"), ...textField(2, ""), ...textField(3, ""), ...bytesField(8, [])];
    const entry = [...textField(1, "key"), ...textField(2, "value")];
    expect(
      decodeProtobuf(envelope("v1", "ConfigMap", [...bytesField(1, metadata), ...bytesField(2, entry)])).object,
    ).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      data: { key: "value" },
    });
  });

  it("flattens inlined structs: a volume's source, a probe's handler", () => {
    const claim = bytesField(2, bytesField(10, [...textField(1, "c"), ...numberField(2, 0)]));
    const volume = [...textField(1, "v"), ...claim];
    const get = bytesField(
      1,
      bytesField(2, [...textField(1, "/x"), ...bytesField(2, [...numberField(1, 0), ...numberField(2, 80)])]),
    );
    const container = [...textField(1, "c"), ...bytesField(10, [...get, ...numberField(2, 5)])];
    const { object } = decodeProtobuf(
      envelope("v1", "Pod", bytesField(2, [...bytesField(1, volume), ...bytesField(2, container)])),
    );
    expect(object.spec.volumes).toEqual([{ name: "v", persistentVolumeClaim: { claimName: "c" } }]);
    expect(object.spec.containers[0].livenessProbe).toEqual({
      httpGet: { path: "/x", port: 80 },
      initialDelaySeconds: 5,
    });
  });

  it("reads negative numbers, packed and unpacked lists, and passes over unknown fields", () => {
    const context = [...numberField(1, -1), ...bytesField(4, [1, 2]), ...numberField(4, 3), ...textField(99, "?")];
    const { object } = decodeProtobuf(
      envelope("v1", "Pod", bytesField(2, bytesField(14, [...numberField(2, -7), ...context.slice(11)]))),
    );
    expect(object.spec.securityContext).toEqual({ runAsUser: -7, supplementalGroups: [1, 2, 3] });
  });

  it("takes the expected kind where the envelope names none", () => {
    const eviction = envelope("", "", bytesField(1, textField(1, "p")));
    const { object } = decodeProtobuf(eviction, { group: "policy", version: "v1", kind: "Eviction" });
    expect(object).toEqual({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "p" } });
  });

  it("keeps a map key that looks like a prototype", () => {
    const entry = [...textField(1, "__proto__"), ...textField(2, "x")];
    const { object } = decodeProtobuf(envelope("v1", "ConfigMap", bytesField(2, entry)));
    expect(Object.keys(object.data)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(object.data)).toBe(Object.prototype);
  });
});

describe("kinds that are no resources", () => {
  const spec = {
    user: "u",
    groups: ["g"],
    extra: { scopes: ["a", "b"] },
    resourceAttributes: { verb: "get", resource: "pods" },
  };
  const cases: readonly (readonly [string, string, Json])[] = [
    [
      "autoscaling/v1.Scale",
      "autoscaling/v1",
      { kind: "Scale", metadata: {}, spec: { replicas: 3 }, status: { replicas: 0 } },
    ],
    [
      "authorization/v1.SubjectAccessReview",
      "authorization.k8s.io/v1",
      { kind: "SubjectAccessReview", metadata: {}, spec, status: { allowed: false } },
    ],
    [
      "authentication/v1.TokenRequest",
      "authentication.k8s.io/v1",
      {
        kind: "TokenRequest",
        metadata: {},
        spec: {
          audiences: ["a"],
          expirationSeconds: 600,
          boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" },
        },
        status: { token: "", expirationTimestamp: null },
      },
    ],
    [
      "meta/v1.Status",
      "v1",
      {
        kind: "Status",
        metadata: {},
        status: "Failure",
        details: { causes: [{ field: "spec" }], retryAfterSeconds: 1 },
        code: 429,
      },
    ],
    ["core/v1.Binding", "v1", { kind: "Binding", metadata: { name: "p" }, target: { kind: "Node", name: "n" } }],
    [
      "apiextensions/v1.CustomResourceDefinition",
      "apiextensions.k8s.io/v1",
      {
        kind: "CustomResourceDefinition",
        metadata: { name: "a.b" },
        spec: {
          group: "b",
          names: { plural: "a", kind: "A" },
          scope: "Cluster",
          versions: [
            {
              name: "v1",
              served: true,
              storage: false,
              schema: { openAPIV3Schema: { type: "object", default: { a: 1 }, maximum: 1.5 } },
            },
          ],
        },
        status: { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: null },
      },
    ],
  ];

  it.each(cases)("%s survives the way", (typeId, apiVersion, rest) => {
    const object = { apiVersion, ...rest };
    expect(decodeProtobuf(encodeObject(typeId, object)).object).toEqual(object);
  });
});

describe("bodies that are none", () => {
  const deep = Array.from({ length: 600 }).reduce<number[]>((inner) => bytesField(28, inner), []);
  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["no magic", Uint8Array.from([1, 2, 3]), /expected prefix \[107 56 115 0\]/],
    ["an unknown kind", envelope("v1", "Nope", []), /no kind "Nope" is registered for version "v1"/],
    ["a cut message", envelope("v1", "Pod", [0x0a, 0x7f]), /unexpected EOF/],
    ["a wrong wire type", envelope("v1", "ConfigMap", numberField(2, 1)), /wrong wireType = 0 for field data/],
    ["text that is not UTF-8", envelope("v1", "ConfigMap", bytesField(1, bytesField(1, [0xff]))), /invalid UTF-8/],
    [
      "nesting without end",
      envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", nested(deep)),
      /recursion depth/,
    ],
  ];

  function nested(schema: readonly number[]): number[] {
    return bytesField(2, bytesField(7, bytesField(4, bytesField(1, schema))));
  }

  it.each(bad)("%s", (_name, bytes, message) => {
    expect(() => decodeProtobuf(bytes)).toThrow(message);
    expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ code: 400 }));
  });
});

const microTimes = /("(?:eventTime|lastObservedTime|renewTime|acquireTime)":)"<time>"/g;

describe.skipIf(!recordedPresent)("recorded answers", () => {
  it.each((recordedPresent ? recordedObjects() : []).map((each) => [each.from, each] as const))(
    "%s survives the way",
    (_from, { typeId, object }) => {
      const text = JSON.stringify(object)
        .replace(microTimes, '$1"2026-01-02T03:04:05.000006Z"')
        .replaceAll('"<time>"', '"2026-01-02T03:04:05Z"')
        .replaceAll('[{"apiVersion":"v1","kind":"PersistentVolumeClaim",', "[{")
        .replaceAll('"<nodePort>"', "30000")
        .replaceAll(/"<(?:token|ca|[a-z ]+)>"/g, '"AAAA"');
      const sent = JSON.parse(text);
      completeZeroValuesOf(sent, typeId);
      expect(decodeProtobuf(encodeObject(typeId, sent)).object).toEqual(sent);
    },
  );
});
