import { describe, expect, it } from "vitest";
import {
  fieldPath,
  invalid,
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEnvVarName,
  isLabelValue,
  isPathSegmentName,
  isPortName,
  isQualifiedName,
  isRelaxedEnvVarName,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  type TextRule,
  validateAnnotations,
  validateCidr,
  validateFieldManager,
  validateIp,
  validateLabelSelector,
  validateLegacyIp,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "../src/index.ts";

describe("text rules", () => {
  const good: [TextRule, string[]][] = [
    [isDns1123Label, ["a", "a-1", "0", "x".repeat(63)]],
    [isDns1123Subdomain, ["a.b", "1.2", "x".repeat(253)]],
    [isDns1035Label, ["a", "a-1"]],
    [isQualifiedName, ["a", "A_b.c", "example.com/a"]],
    [isLabelValue, ["", "a", "A_b.c", "x".repeat(63)]],
    [isConfigMapKey, [".a", "a..b", "A_b-c"]],
    [isEnvVarName, ["_A", "a.b", "-x"]],
    [isRelaxedEnvVarName, ["1 a", "a-b!"]],
    [isPortName, ["http", "a-1"]],
    [isPathSegmentName, ["a:b", "system:x"]],
  ];
  it.each(good)("%o accepts %o", (rule, values) => {
    for (const value of values) expect(rule(value)).toEqual([]);
  });

  const bad: [TextRule, string, string][] = [
    [isDns1123Label, "a.b", "must not contain dots"],
    [isDns1123Label, "x".repeat(64), "must be no more than 63 characters"],
    [isDns1123Subdomain, "x".repeat(254), "must be no more than 253 characters"],
    [
      isDns1123Subdomain,
      "A",
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [
      isDns1035Label,
      "1",
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
    [isQualifiedName, "/a", "prefix part must be non-empty"],
    [isQualifiedName, "x".repeat(64), "name part must be no more than 63 bytes"],
    [isConfigMapKey, "..", "must not be '..'"],
    [isConfigMapKey, "..a", "must not start with '..'"],
    [isRelaxedEnvVarName, "", "environment variable name must be non-empty"],
    [
      isRelaxedEnvVarName,
      "a=b",
      "a valid environment variable name must consist only of printable ASCII characters other than '='",
    ],
    [isPortName, "a--b", "must not contain consecutive hyphens"],
    [isPortName, "123", "must contain at least one letter (a-z)"],
    [isPathSegmentName, "a/b", "may not contain '/'"],
    [isPathSegmentName, "..", "may not be '..'"],
  ];
  it.each(bad)("%o refuses %s", (rule, value, message) => {
    expect(rule(value)).toEqual([message]);
  });

  it("lets a generateName end in a dash", () => {
    expect(nameIsDnsSubdomain("a-", true)).toEqual([]);
    expect(nameIsDnsLabel("a-", false)).toHaveLength(1);
  });
});

const meta = fieldPath("metadata");
const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map((error) => `${error.field}: ${error.message}`);

describe("object metadata", () => {
  it("accepts what a server completes", () => {
    const object = {
      name: "a",
      namespace: "default",
      uid: "u",
      labels: { "example.com/a": "b" },
      annotations: { "Example.com/A": "anything at all" },
      finalizers: ["orphan", "example.com/x"],
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u", controller: true }],
    };
    expect(validateObjectMeta(meta, object, { namespaced: true })).toEqual([]);
  });

  it.each([
    [
      {},
      true,
      ["metadata.name: Required value: name or generateName is required", "metadata.namespace: Required value"],
    ],
    [{ name: "a", namespace: "b" }, false, ["metadata.namespace: Forbidden: not allowed on this type"]],
    [{ name: "a.b", namespace: "b.c" }, true, ['metadata.namespace: Invalid value: "b.c": must not contain dots']],
    [
      { name: "a", generation: -1 },
      false,
      ["metadata.generation: Invalid value: -1: must be greater than or equal to 0"],
    ],
    [
      { name: "a", finalizers: ["orphan", "foregroundDeletion"] },
      false,
      [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      { name: "a", finalizers: ["plain"] },
      false,
      [
        'metadata.finalizers[0]: Invalid value: "plain": name is neither a standard finalizer name nor is it fully qualified',
      ],
    ],
    [
      { name: "a", ownerReferences: [{ apiVersion: "", kind: "K", name: "", uid: "u" }] },
      false,
      [
        'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      ],
    ],
    [
      { name: "a", ownerReferences: [{ apiVersion: "v1", kind: "Event", name: "o", uid: "u" }] },
      false,
      [
        'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"o","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
  ])("%o (namespaced %s) is refused", (object, namespaced, errors) => {
    expect(texts(validateObjectMeta(meta, object, { namespaced }))).toEqual(errors);
  });

  it("limits annotations to 256 KiB in UTF-8", () => {
    expect(validateAnnotations(meta, { a: "é".repeat(131_071) })).toEqual([]);
    expect(texts(validateAnnotations(meta, { a: "é".repeat(131_072) }))).toEqual([
      "metadata: Too long: may not be more than 262144 bytes",
    ]);
  });

  it.each([
    [{ uid: "v" }, ['metadata.uid: Invalid value: "v": field is immutable']],
    [{ creationTimestamp: undefined }, ["metadata.creationTimestamp: Invalid value: null: field is immutable"]],
    [{ resourceVersion: "" }, ["metadata.resourceVersion: Invalid value: 0: must be specified for an update"]],
    [{ generation: 1 }, ["metadata.generation: Invalid value: 1: must not be decremented"]],
    [
      { finalizers: ["example.com/b", "example.com/a"] },
      [
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/a", "example.com/b"}',
      ],
    ],
  ])("refuses the change %o", (change, errors) => {
    const old = {
      name: "a",
      uid: "u",
      resourceVersion: "1",
      generation: 2,
      creationTimestamp: "t",
      deletionTimestamp: "t",
    };
    expect(texts(validateObjectMetaUpdate(meta, { ...old, ...change } as typeof old, old))).toEqual(errors);
  });

  it("names the first unprintable character of a field manager", () => {
    expect(texts(validateFieldManager(fieldPath("fieldManager"), "aé\n"))).toEqual([
      'fieldManager: Invalid value: "aé\\n": invalid character U+000A (at position 3)',
    ]);
  });
});

describe("label selectors in objects", () => {
  it.each([
    [
      { key: "a", operator: "In" },
      ["s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
    ],
    [
      { key: "a", operator: "Exists", values: ["b"] },
      ["s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"],
    ],
    [
      { key: "a", operator: "Is" },
      ['s.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator'],
    ],
  ])("refuses %o", (expression, errors) => {
    expect(texts(validateLabelSelector("s", { matchExpressions: [expression] }))).toEqual(errors);
  });
});

describe("addresses", () => {
  it.each([
    [validateIp, "10.0.0.1", []],
    [validateIp, "2001:db8::1", []],
    [validateIp, "nope", ['f: Invalid value: "nope": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    [validateIp, "010.0.0.1", ['f: Invalid value: "010.0.0.1": must not have leading 0s']],
    [validateIp, "::ffff:1.2.3.4", ['f: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address']],
    [validateIp, "2001:DB8:0:0::1", ['f: Invalid value: "2001:DB8:0:0::1": must be in canonical form ("2001:db8::1")']],
    [validateLegacyIp, "010.0.0.1", []],
    [validateCidr, "10.0.0.0/8", []],
    [validateCidr, "10.0.0.1/8", ['f: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length']],
    [
      validateCidr,
      "10.0.0.0/33",
      ['f: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [validateCidr, "::/0", []],
  ])("%o on %s", (rule, value, errors) => {
    expect(texts(rule("f", value))).toEqual(errors);
  });
});

it("aggregates into one 422", () => {
  const errors = validateObjectMeta(meta, {}, { namespaced: true });
  const { status } = invalid("apps", "Deployment", "", errors);
  expect(status).toEqual({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message:
      'Deployment.apps "" is invalid: [metadata.name: Required value: name or generateName is required, metadata.namespace: Required value]',
    reason: "Invalid",
    details: {
      group: "apps",
      kind: "Deployment",
      causes: [
        {
          reason: "FieldValueRequired",
          message: "Required value: name or generateName is required",
          field: "metadata.name",
        },
        { reason: "FieldValueRequired", message: "Required value", field: "metadata.namespace" },
      ],
    },
    code: 422,
  });
});
