import { type Draft, StatusError } from "@pinnace/apimachinery";
import { createMetricRegistry } from "@pinnace/metrics";
import { describe, expect, it } from "vitest";
import {
  type AdmissionComponents,
  type AdmissionRequest,
  createMutatingAdmissionPolicy,
  createValidatingAdmissionPolicy,
  runMutation,
  runValidation,
} from "../src/index.ts";
import { cluster, meta, request } from "./cluster.ts";
import { resource, served, serverWith } from "./webhook-server.ts";

const NS = { metadata: { name: "ns", labels: { team: "a" }, managedFields: [{}] }, spec: {}, status: {} };
const RULE = { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], scope: "*" };
const MATCH = { matchPolicy: "Equivalent", namespaceSelector: {}, objectSelector: {}, resourceRules: [RULE] };

interface Asked extends AdmissionRequest {
  readonly warnings: string[];
  readonly annotations: Record<string, string>;
}

/** A create of a ConfigMap with `data.a` in front of policies. */
function creation(objects: Readonly<Record<string, readonly Draft[]>>, part: Partial<AdmissionRequest> = {}): Asked {
  const annotations: Record<string, string> = {};
  const asked = request("configmaps", {
    object: { apiVersion: "v1", kind: "ConfigMap", ...meta("c", "ns"), data: { a: "1" } },
    definition: { ...served("configmaps"), schema: CONFIG_MAP, resolve: () => ({}) },
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    server: serverWith({ namespaces: [NS], ...objects }),
    annotate: (key, value) => {
      annotations[key] ??= value;
    },
    ...part,
  });
  return { ...asked, annotations };
}

const strings = { type: "object", additionalProperties: { type: "string" } } as const;
const CONFIG_MAP = {
  type: "object",
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: {
      type: "object",
      properties: { name: { type: "string" }, namespace: { type: "string" }, labels: strings },
    },
    data: strings,
    atoms: { type: "array", items: { type: "string" } },
  },
} as const;

const policy = (name: string, spec: Draft): Draft => ({
  metadata: { name },
  spec: { failurePolicy: "Fail", matchConstraints: MATCH, ...spec },
});
const binding = (name: string, policyName: string, spec: Draft = {}): Draft => ({
  metadata: { name },
  spec: { policyName, validationActions: ["Deny"], ...spec },
});

function validating(spec: Draft, use: Draft = {}, more: Readonly<Record<string, readonly Draft[]>> = {}) {
  return {
    validatingadmissionpolicies: [policy("p", spec)],
    validatingadmissionpolicybindings: [binding("b", "p", use)],
    ...more,
  };
}

async function failureOf(work: Promise<unknown>): Promise<StatusError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(StatusError);
    return error as StatusError;
  }
}

async function verdictOf(asked: Asked, more: Partial<AdmissionComponents> = {}): Promise<string> {
  const plugin = createValidatingAdmissionPolicy({ ...cluster().components, ...more });
  const failure = await failureOf(runValidation([plugin], asked));
  if (failure === undefined) return "allowed";
  return `${failure.code} ${failure.status.reason}: ${failure.message.replace('configmaps "c" is forbidden: ', "")}`;
}

const BY = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request:";

describe("a validating policy", () => {
  const says: readonly [string, Draft, string][] = [
    ["nothing when its expression holds", { expression: "object.data.a == '1'" }, "allowed"],
    [
      "its expression",
      { expression: " object.data.a == '2' " },
      `422 Invalid: ${BY} failed expression: object.data.a == '2'`,
    ],
    ["its message", { expression: "false", message: " no " }, `422 Invalid: ${BY} no`],
    [
      "its messageExpression",
      { expression: "false", message: "x", messageExpression: "'is ' + object.data.a" },
      `422 Invalid: ${BY} is 1`,
    ],
    [
      "its message when the expression fails",
      { expression: "false", message: "x", messageExpression: "object.data.b" },
      `422 Invalid: ${BY} x`,
    ],
    [
      "its message when the expression has lines",
      { expression: "false", message: "x", messageExpression: "'a\\nb'" },
      `422 Invalid: ${BY} x`,
    ],
    ["its reason", { expression: "false", message: "x", reason: "Forbidden" }, `403 Forbidden: ${BY} x`],
    [
      "that it cannot be evaluated",
      { expression: "object.data.b == '1'" },
      `422 Invalid: ${BY} expression 'object.data.b == '1'' resulted in error: no such key: b`,
    ],
  ];
  it.each(says)("says %s", async (_, validation, verdict) => {
    expect(await verdictOf(creation(validating({ validations: [validation] })))).toBe(verdict);
  });

  const sees: readonly [string, string, Partial<AdmissionRequest>?][] = [
    [
      "the request",
      "request.operation == 'CREATE' && request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps'",
    ],
    ["who asks", "request.userInfo.username == 'jane' && !has(request.userInfo.groups)"],
    ["its name and namespace", "request.name == 'c' && request.namespace == 'ns' && !request.dryRun"],
    ["no old object of a create", "oldObject == null"],
    [
      "no object of a deletion",
      "object == null && oldObject.metadata.name == 'old'",
      { operation: "DELETE", object: undefined, oldObject: meta("old", "ns") },
    ],
    ["the namespace", "namespaceObject.metadata.labels.team == 'a' && !has(namespaceObject.metadata.annotations)"],
    ["variables", "variables.one + variables.two == 3"],
    [
      "who may do what",
      "authorizer.group('').resource('configmaps').namespace('ns').check('get').allowed() && !authorizer.path('/x').check('get').allowed()",
    ],
    ["the resource of the request", "authorizer.requestResource.check('update').reason() == 'update configmaps ns/c'"],
    [
      "service accounts",
      "authorizer.serviceAccount('ns', 'sa').path('/y').check('get').reason() == 'system:serviceaccount:ns:sa'",
    ],
  ];
  it.each(sees)("sees %s", async (_, expression, part = {}) => {
    const authorizer: Draft = {
      authorize: async ({ user, verb, path, resource: plural, namespace, name }: Draft) => {
        if (path === "/y") return { decision: "allow", reason: user.name };
        return { decision: path === "/x" ? "no-opinion" : "allow", reason: `${verb} ${plural} ${namespace}/${name}` };
      },
    };
    const variables = [
      { name: "one", expression: "1" },
      { name: "two", expression: "variables.one + 1" },
    ];
    const asked = creation(validating({ variables, validations: [{ expression }] }), part);
    expect(await verdictOf(asked, { authorizer })).toBe("allowed");
  });

  it("names the variable that it cannot evaluate", async () => {
    const variables = [{ name: "bad", expression: "object.data.b" }];
    const asked = creation(validating({ variables, validations: [{ expression: "variables.bad == ''" }] }));
    expect(await verdictOf(asked)).toContain('composited variable "bad" fails to evaluate: no such key: b');
  });

  const fails: readonly [string, Draft, Draft, string][] = [
    ["a condition that is false", { matchConditions: [{ name: "x", expression: "false" }] }, {}, "allowed"],
    [
      "a condition that fails",
      { matchConditions: [{ name: "x", expression: "object.b == 1" }] },
      {},
      `422 Invalid: ${BY} expression 'object.b == 1' resulted in error: no such key: b`,
    ],
    [
      "a condition that fails, which it ignores",
      { failurePolicy: "Ignore", matchConditions: [{ name: "x", expression: "object.b == 1" }] },
      {},
      "allowed",
    ],
    [
      "a false condition beside one that fails",
      {
        matchConditions: [
          { name: "x", expression: "object.b == 1" },
          { name: "y", expression: "false" },
        ],
      },
      {},
      "allowed",
    ],
    ["other objects", { matchConstraints: { ...MATCH, objectSelector: { matchLabels: { x: "y" } } } }, {}, "allowed"],
    [
      "other names",
      { matchConstraints: { ...MATCH, resourceRules: [{ ...RULE, resourceNames: ["d"] }] } },
      {},
      "allowed",
    ],
    ["what it excludes", { matchConstraints: { ...MATCH, excludeResourceRules: [RULE] } }, {}, "allowed"],
    [
      "what its binding is not for",
      {},
      { matchResources: { ...MATCH, resourceRules: [{ ...RULE, operations: ["DELETE"] }] } },
      "allowed",
    ],
    ["what its binding is for", {}, { matchResources: { ...MATCH, resourceRules: [] } }, `422 Invalid: ${BY} no`],
    [
      "parameters of no known kind",
      { paramKind: { apiVersion: "x.com/v1", kind: "Nope" } },
      {},
      "422 Invalid: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'x.com/v1, Kind=Nope'",
    ],
  ];
  it.each(fails)("passes judgement on %s", async (_, spec, use, verdict) => {
    const validations = [{ expression: "false", message: "no" }];
    expect(await verdictOf(creation(validating({ validations, ...spec }, use)))).toBe(verdict);
  });

  it("warns and audits where its binding says so", async () => {
    const validations = [{ expression: "false", message: "no" }];
    const asked = creation(validating({ validations }, { validationActions: ["Warn", "Audit"] }));
    const metrics = createMetricRegistry();
    expect(await verdictOf(asked, { metrics })).toBe("allowed");
    expect(asked.warnings).toEqual(["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no"]);
    expect(asked.annotations).toEqual({
      "validation.policy.admission.k8s.io/validation_failure":
        '[{"message":"no","policy":"p","binding":"b","expressionIndex":0,"validationActions":["Warn","Audit"]}]',
    });
    expect(metrics.expose()).toContain(
      'apiserver_validating_admission_policy_check_total{policy="p",policy_binding="b",error_type="invalid_error",enforcement_action="warn"} 1',
    );
  });

  it("annotates the audit event", async () => {
    const auditAnnotations = [
      { key: "who", valueExpression: "request.userInfo.username" },
      { key: "none", valueExpression: "null" },
    ];
    const asked = creation(validating({ auditAnnotations }));
    expect(await verdictOf(asked)).toBe("allowed");
    expect(asked.annotations).toEqual({ "p/who": "jane" });
    const broken = creation(validating({ auditAnnotations: [{ key: "x", valueExpression: "string(object.b)" }] }));
    expect(await verdictOf(broken)).toContain("resulted in error: no such key: b");
  });

  it("gives up when its expressions cost too much", async () => {
    const list = `[${Array.from({ length: 100 }, (_, index) => index).join(",")}]`;
    const expression = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`;
    const verdict = await verdictOf(creation(validating({ validations: [{ expression }] })));
    expect(verdict).toContain("operation cancelled: actual cost limit exceeded");
  });
});

describe("parameters of a policy", () => {
  const PARAMS = [
    { ...meta("one", "ns"), apiVersion: "v1", kind: "ConfigMap", data: { max: "1" } },
    { ...meta("two", "ns"), apiVersion: "v1", kind: "ConfigMap", data: { max: "0" } },
    { ...meta("one", "other"), apiVersion: "v1", kind: "ConfigMap", data: { max: "9" } },
  ];
  const spec = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    validations: [{ expression: "params == null || object.data.a <= params.data.max", message: "too much" }],
  };
  const NONE = "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction";
  const cases: readonly [string, Draft, string][] = [
    ["none in the binding", undefined, "allowed"],
    ["one by name", { name: "one" }, "allowed"],
    ["one that the object does not meet", { name: "two" }, `422 Invalid: ${BY} too much`],
    ["one of another namespace", { name: "one", namespace: "other" }, "allowed"],
    ["several, of which one is not met", { selector: {} }, `422 Invalid: ${BY} too much`],
    ["none of that name", { name: "x", parameterNotFoundAction: "Deny" }, `422 Invalid: ${BY} ${NONE}`],
    ["none of that name, which is allowed", { name: "x", parameterNotFoundAction: "Allow" }, "allowed"],
  ];
  it.each(cases)("%s", async (_, paramRef, verdict) => {
    const use = paramRef === undefined ? {} : { paramRef };
    expect(await verdictOf(creation(validating(spec, use, { configmaps: PARAMS })))).toBe(verdict);
  });
});

function mutating(spec: Draft, more: Readonly<Record<string, readonly Draft[]>> = {}) {
  return {
    mutatingadmissionpolicies: [policy("p", { reinvocationPolicy: "Never", ...spec })],
    mutatingadmissionpolicybindings: [binding("b", "p")],
    ...more,
  };
}
const jsonPatch = (expression: string): Draft => ({ patchType: "JSONPatch", jsonPatch: { expression } });
const apply = (expression: string): Draft => ({ patchType: "ApplyConfiguration", applyConfiguration: { expression } });

async function mutatedBy(asked: Asked): Promise<Draft> {
  await runMutation([createMutatingAdmissionPolicy(cluster().components)], asked);
  return asked.object;
}

describe("a mutating policy", () => {
  const changes: readonly [string, readonly Draft[], Draft][] = [
    [
      "adds by a JSON patch",
      [jsonPatch("[JSONPatch{op: 'add', path: '/data/b', value: object.data.a + '2'}]")],
      { data: { a: "1", b: "12" } },
    ],
    [
      "escapes keys",
      [jsonPatch("[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('x/y'), value: 'z'}]")],
      { data: { a: "1", "x/y": "z" } },
    ],
    [
      "does nothing when a test of it fails",
      [jsonPatch("[JSONPatch{op: 'test', path: '/data/a', value: '9'}, JSONPatch{op: 'remove', path: '/data'}]")],
      { data: { a: "1" } },
    ],
    [
      "merges a configuration",
      [apply("Object{metadata: Object.metadata{labels: {'x': 'y'}}}")],
      { data: { a: "1" }, metadata: { name: "c", namespace: "ns", labels: { x: "y" } } },
    ],
    [
      "lets later mutations see earlier ones",
      [
        jsonPatch("[JSONPatch{op: 'replace', path: '/data/a', value: '2'}]"),
        jsonPatch("[JSONPatch{op: 'add', path: '/data/b', value: object.data.a}]"),
      ],
      { data: { a: "2", b: "2" } },
    ],
  ];
  it.each(changes)("%s", async (_, mutations, expected) => {
    expect(await mutatedBy(creation(mutating({ mutations })))).toMatchObject(expected);
  });

  const refuses: readonly [string, Draft, string][] = [
    [
      "an expression that fails",
      jsonPatch("[JSONPatch{op: 'add', path: '/x', value: object.b}]"),
      "expression '[JSONPatch{op: 'add', path: '/x', value: object.b}]' resulted in error: no such key: b",
    ],
    [
      "a patch that cannot be applied",
      jsonPatch("[JSONPatch{op: 'remove', path: '/nope'}]"),
      "JSON Patch: error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value",
    ],
    [
      "lists without keys",
      apply("Object{atoms: ['x']}"),
      "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .atoms",
    ],
    [
      "fields that are not there",
      apply("Object{nope: 1}"),
      "error applying patch: failed to convert patch object to typed object: .nope: field not declared in schema",
    ],
    [
      "types of other fields",
      apply("Object{metadata: Object.spec{}}"),
      'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
  ];
  it.each(refuses)("refuses %s", async (_, mutation, why) => {
    const failure = await failureOf(mutatedBy(creation(mutating({ mutations: [mutation] }))));
    expect([failure?.code, failure?.status.reason]).toEqual([403, "Invalid"]);
    expect(failure?.message).toBe(`policy 'p' with binding 'b' denied request: ${why}`);
    const ignoring = creation(mutating({ mutations: [mutation], failurePolicy: "Ignore" }));
    expect((await mutatedBy(ignoring)).data).toEqual({ a: "1" });
  });

  it("works once more, when it allows that and another one changed the object", async () => {
    const count = "[JSONPatch{op: 'add', path: '/data/n', value: string(size(object.data))}]";
    const objects = {
      mutatingadmissionpolicies: [
        policy("p", { reinvocationPolicy: "IfNeeded", mutations: [jsonPatch(count)] }),
        policy("q", {
          reinvocationPolicy: "Never",
          mutations: [jsonPatch("[JSONPatch{op: 'add', path: '/data/z', value: 'z'}]")],
        }),
      ],
      mutatingadmissionpolicybindings: [binding("b", "p"), binding("c", "q")],
    };
    expect((await mutatedBy(creation(objects))).data).toEqual({ a: "1", n: "3", z: "z" });
  });

  it("leaves alone what its conditions leave out", async () => {
    const matchConditions = [{ name: "x", expression: "has(object.data.b)" }];
    const mutations = [jsonPatch("[JSONPatch{op: 'remove', path: '/data'}]")];
    expect((await mutatedBy(creation(mutating({ mutations, matchConditions })))).data).toEqual({ a: "1" });
  });
});

describe("policies", () => {
  it("do not stand in the way of their own configuration", async () => {
    const kind = { group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingAdmissionPolicy" };
    const all = { ...RULE, apiGroups: ["*"], resources: ["*"] };
    const spec = { validations: [{ expression: "false" }], matchConstraints: { ...MATCH, resourceRules: [all] } };
    expect(await verdictOf(creation(validating(spec), { kind }))).toBe("allowed");
  });

  it("without a binding do nothing", async () => {
    const objects = { validatingadmissionpolicies: [policy("p", { validations: [{ expression: "false" }] })] };
    expect(await verdictOf(creation({ ...objects, validatingadmissionpolicybindings: [binding("b", "other")] }))).toBe(
      "allowed",
    );
  });

  it("see another version of a resource when that is what they are about", async () => {
    const rule = { ...RULE, apiGroups: ["apps"], resources: ["deployments"] };
    const matchConstraints = { ...MATCH, resourceRules: [rule] };
    const validations = [
      { expression: "false", messageExpression: "object.apiVersion + ' ' + request.resource.version" },
    ];
    const asked = creation(validating({ matchConstraints, validations }), {
      definition: resource("apps", "v1beta1", "deployments", "Deployment"),
    });
    expect(await verdictOf(asked)).toContain("denied request: apps/v1 v1");
  });
});
