import fc from "fast-check";
import { deployment, pod } from "./built-in.ts";

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("api", "apis", "v1", "apps", "namespaces", "default", "watch", "batch") },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "pods",
      "configmaps",
      "services",
      "deployments",
      "jobs",
      "nodes",
      "customresourcedefinitions",
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "a",
      "status",
      "scale",
      "log",
      "exec",
      "eviction",
      "binding",
      "proxy",
      "token",
      "finalize",
    ),
  },
  { weight: 2, arbitrary: fc.string({ maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom("", "..", "%", "%zz", "%00", "%2F", "%E0%A4%A", "healthz", "openapi", "v3") },
);

export const path: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.array(segment, { maxLength: 7 }).map((parts) => `/${parts.join("/")}`) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "/api/v1/namespaces/default/pods/a",
          "/api/v1/namespaces/default/configmaps",
          "/api/v1/namespaces/default/services/a",
          "/api/v1/namespaces/default/serviceaccounts/a",
          "/api/v1/namespaces/default",
          "/api/v1/nodes/a",
          "/apis/apps/v1/namespaces/default/deployments/a",
          "/apis/policy/v1/namespaces/default/poddisruptionbudgets/a",
          "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
          "/apis/authentication.k8s.io/v1/tokenreviews",
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.example.com",
        ),
        fc.constantFrom(
          "",
          "/status",
          "/scale",
          "/log",
          "/exec",
          "/binding",
          "/eviction",
          "/proxy/x",
          "/token",
          "/finalize",
        ),
      )
      .map((parts) => parts.join("")),
  },
);

const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "true",
    "false",
    "All",
    "1e9",
    "99999999999999999999",
    "a=b",
    "a in (b",
    "metadata.name=a",
    "\u0000",
    "Exact",
    "NotOlderThan",
  ),
);

export const query: fc.Arbitrary<[string, string][]> = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom(
        "watch",
        "limit",
        "continue",
        "resourceVersion",
        "resourceVersionMatch",
        "labelSelector",
        "fieldSelector",
      ),
      fc.constantFrom(
        "dryRun",
        "fieldManager",
        "fieldValidation",
        "force",
        "pretty",
        "timeoutSeconds",
        "sendInitialEvents",
      ),
      fc.constantFrom(
        "propagationPolicy",
        "gracePeriodSeconds",
        "orphanDependents",
        "container",
        "tailLines",
        "includeObject",
      ),
      word,
    ),
    word,
  ),
  { maxLength: 4 },
);

export const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    accept: fc.oneof(
      word,
      fc.constantFrom("application/json;as=Table;g=meta.k8s.io;v=v1", "application/yaml", ";;,q=", "*/*"),
    ),
    "content-type": fc.oneof(
      word,
      fc.constantFrom(
        "application/json",
        "application/yaml",
        "application/vnd.kubernetes.protobuf",
        'application/json; charset="',
      ),
      fc.constantFrom(
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
      ),
      fc.constant("application/apply-patch+yaml"),
    ),
    "user-agent": word,
    "impersonate-user": fc.constantFrom("", "bob", "system:serviceaccount:a:b"),
    "impersonate-extra-%zz": word,
    "audit-id": word,
  },
  { requiredKeys: [] },
);

export const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, 0, -1, 1.5, 1e21, "", "x", "10.96.0.1", "ClusterIP", "2026-01-01T00:00:00Z"),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(
          "metadata",
          "spec",
          "status",
          "name",
          "namespace",
          "labels",
          "replicas",
          "selector",
          "template",
        ),
        fc.constantFrom(
          "containers",
          "ports",
          "clusterIP",
          "finalizers",
          "ownerReferences",
          "target",
          "versions",
          "names",
        ),
        fc.constantFrom(
          "op",
          "path",
          "value",
          "$patch",
          "$setElementOrder/containers",
          "kind",
          "apiVersion",
          "__proto__",
        ),
        fc.string({ maxLength: 5 }),
      ),
      tie("any"),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).any;

const shaped = fc.record(
  {
    kind: word,
    apiVersion: fc.constantFrom("v1", "apps/v1", "a/b/c", ""),
    metadata: fc.oneof(
      value,
      fc.record(
        {
          name: fc.constantFrom("a", "b", ""),
          labels: value,
          finalizers: value,
          managedFields: value,
          annotations: value,
        },
        { requiredKeys: [] },
      ),
    ),
    spec: value,
    status: value,
    data: value,
    target: value,
  },
  { requiredKeys: [] },
);

export const body: fc.Arbitrary<Uint8Array | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 40 }),
  fc
    .oneof(value, shaped, fc.array(value, { maxLength: 3 }))
    .map((json) => new TextEncoder().encode(JSON.stringify(json) ?? "")),
  fc.oneof(value, shaped).map((json) => {
    const text = JSON.stringify(json) ?? "";
    return new TextEncoder().encode(text.slice(0, Math.floor(text.length / 2)));
  }),
);

export const method: fc.Arbitrary<string> = fc.constantFrom(
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "CONNECT",
  "nonsense",
);

export const OBJECTS: Readonly<Record<string, object>> = {
  "/api/v1/namespaces/default/pods": pod("x"),
  "/apis/apps/v1/namespaces/default/deployments": deployment("x", 1),
  "/api/v1/namespaces/default/services": {
    metadata: { name: "x", labels: { a: "b" } },
    spec: { type: "NodePort", ports: [{ port: 80, targetPort: "http", nodePort: 30_100 }], clusterIP: "10.96.0.77" },
  },
  "/api/v1/namespaces/default/configmaps": { metadata: { name: "x", finalizers: ["a/b"] }, data: { k: "v" } },
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": {
    metadata: { name: "boats.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "boats", kind: "Boat", shortNames: ["bt"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: {
                spec: { type: "object", properties: { size: { type: "integer", minimum: 1, default: 2 } } },
              },
            },
          },
          subresources: { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" } },
          additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
          selectableFields: [{ jsonPath: ".spec.size" }],
        },
      ],
    },
  },
  "/apis/example.com/v1/namespaces/default/boats": {
    apiVersion: "example.com/v1",
    kind: "Boat",
    metadata: {
      name: "x",
      managedFields: [{ manager: "m", operation: "Update", fieldsType: "FieldsV1", fieldsV1: {} }],
    },
    spec: { size: 3 },
  },
  "/apis/batch/v1/namespaces/default/jobs": {
    metadata: { name: "x" },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "i" }] } } },
  },
  "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies": {
    metadata: { name: "x" },
    spec: {
      podSelector: { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
      ingress: [{ ports: [{ port: 1 }] }],
    },
  },
  "/apis/rbac.authorization.k8s.io/v1/clusterroles": {
    metadata: { name: "x" },
    rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
  },
};

/** The object with the value at one place replaced. `turns` picks the place. */
export function mutated(target: unknown, turns: readonly number[], replacement: unknown): unknown {
  const [turn, ...rest] = turns;
  if (turn === undefined || typeof target !== "object" || target === null) return replacement;
  const keys = Object.keys(target);
  const key = keys[turn % Math.max(1, keys.length)];
  if (key === undefined) return replacement;
  const changed = mutated((target as Record<string, unknown>)[key], rest, replacement);
  if (Array.isArray(target)) return target.map((each, index) => (String(index) === key ? changed : each));
  return { ...target, [key]: changed };
}
