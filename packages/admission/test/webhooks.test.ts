import { type Draft, StatusError } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  createMutatingAdmissionWebhook,
  createValidatingAdmissionWebhook,
  runMutation,
  runValidation,
} from "../src/index.ts";
import { meta, request } from "./cluster.ts";
import { configuration, patch, served, serverWith, webhooks } from "./webhook-server.ts";

const NS = { metadata: { name: "ns", labels: { team: "a" } } };

/** A create of a ConfigMap in front of webhooks. */
function creation(
  configurations: Readonly<Record<string, readonly Draft[]>>,
  part: Partial<AdmissionRequest> = {},
): AdmissionRequest & { warnings: string[]; annotations: Record<string, string> } {
  const annotations: Record<string, string> = {};
  const definition = served("configmaps");
  const asked = request("configmaps", {
    object: { apiVersion: "v1", kind: "ConfigMap", ...meta("c", "ns"), data: { a: "1" } },
    definition,
    kind: { group: "", version: "v1", kind: "ConfigMap" },
    server: serverWith({ namespaces: [NS], ...configurations }),
    annotate: (key, value) => {
      annotations[key] ??= value;
    },
    ...part,
  });
  return { ...asked, annotations };
}

async function failureOf(work: Promise<unknown>): Promise<StatusError> {
  const error = await work.then(() => undefined).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StatusError);
  return error as StatusError;
}

const validating = (webhook: Draft = {}, ...more: readonly Draft[]) => ({
  validatingwebhookconfigurations: [configuration("v", webhook), ...more],
});
const mutating = (...configurations: readonly Draft[]) => ({ mutatingwebhookconfigurations: configurations });
const validate = (plugin: AdmissionPlugin, asked: AdmissionRequest) => runValidation([plugin], asked);

describe("a validating webhook", () => {
  it("is sent a review of the request and lets it pass", async () => {
    const { components, calls } = webhooks(() => ({
      allowed: true,
      warnings: ["soon gone"],
      auditAnnotations: { k: "v" },
    }));
    const asked = creation(validating(), { options: { fieldManager: "kubectl" } });
    await validate(createValidatingAdmissionWebhook(components), asked);
    expect(calls[0]?.url).toBe("https://hook.example.com/check?timeout=10s");
    const { uid, ...sent } = calls[0]?.review.request ?? {};
    expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(sent).toEqual({
      kind: { group: "", version: "v1", kind: "ConfigMap" },
      resource: { group: "", version: "v1", resource: "configmaps" },
      requestKind: { group: "", version: "v1", kind: "ConfigMap" },
      requestResource: { group: "", version: "v1", resource: "configmaps" },
      name: "c",
      namespace: "ns",
      operation: "CREATE",
      userInfo: { username: "jane" },
      object: asked.object,
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "kubectl" },
    });
    expect(asked.warnings).toEqual(["soon gone"]);
    expect(asked.annotations).toEqual({ "v.example.com/k": "v" });
  });

  const denials: readonly [string, Draft, Draft][] = [
    ["a message", { message: "no way", code: 403, reason: "Forbidden" }, { code: 403, message: ": no way" }],
    ["a code that is none", { message: "no", code: 200 }, { code: 400, message: ": no" }],
    ["a reason", { reason: "Forbidden" }, { code: 400, message: ": Forbidden" }],
    ["nothing", undefined, { code: 400, message: " without explanation" }],
  ];
  it.each(denials)("denies with %s", async (_, status, expected) => {
    const { components } = webhooks(() => ({ allowed: false, status }));
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), creation(validating())));
    expect(failure.code).toBe(expected.code);
    expect(failure.message).toBe(`admission webhook "v.example.com" denied the request${expected.message}`);
  });

  const unusable: readonly [string, Draft, string][] = [
    [
      "no JSON",
      { status: 200, body: "<html>" },
      "failed to call webhook: couldn't get version/kind; json parse error: the answer is no JSON object",
    ],
    ["404", { status: 404, body: "" }, "failed to call webhook: the server could not find the requested resource"],
    [
      "500",
      { status: 500, body: "oops\n" },
      'failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    [
      "a Status",
      { status: 409, body: '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"mine"}' },
      "failed to call webhook: mine",
    ],
    [
      "no response",
      { status: 200, body: '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}' },
      "received invalid webhook response: webhook response was absent",
    ],
    [
      "a wrong uid",
      { uid: "x", allowed: true },
      'received invalid webhook response: expected response.uid="00000000-0000-4000-8000-000000000000", got "x"',
    ],
    [
      "a patch",
      { allowed: true, patch: "W10=" },
      "received invalid webhook response: validating webhook may not return response.patch",
    ],
  ];
  it.each(unusable)("counts as failed with %s", async (_, answer, why) => {
    const { components, metrics } = webhooks(() => answer);
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), creation(validating())));
    expect(failure.code).toBe(500);
    expect(failure.message).toBe(`Internal error occurred: failed calling webhook "v.example.com": ${why}`);
    expect(metrics.expose()).toContain('error_type="calling_webhook_error"');
  });

  it("fails open when its policy says so", async () => {
    const { components, metrics } = webhooks(() => Promise.reject(new Error("dial tcp: refused")));
    const asked = creation(validating({ failurePolicy: "Ignore" }));
    await validate(createValidatingAdmissionWebhook(components), asked);
    expect(asked.annotations).toEqual({
      "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "v.example.com",
    });
    expect(metrics.expose()).toContain(
      'apiserver_admission_webhook_fail_open_count{name="v.example.com",type="validating"} 1',
    );
  });

  it("is not waited for longer than its time", async () => {
    const { components } = webhooks(() => new Promise(() => undefined));
    const plugin = createValidatingAdmissionWebhook(components);
    const failed = failureOf(validate(plugin, creation(validating({ timeoutSeconds: 3 }))));
    await (components.clock as Draft).advance(3000);
    expect((await failed).message).toBe(
      'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: Post "https://hook.example.com/check?timeout=3s": context deadline exceeded',
    );
  });

  it("with side effects refuses a dry run", async () => {
    const { components, calls } = webhooks(() => ({ allowed: true }));
    const asked = creation(validating({ sideEffects: "Some" }), { dryRun: true });
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), asked));
    expect([failure.code, failure.message]).toEqual([
      400,
      'admission webhook "v.example.com" does not support dry run',
    ]);
    expect(calls).toEqual([]);
  });

  it("cannot be called where nothing reaches webhooks", async () => {
    const { webhooks: _, ...components } = webhooks(() => ({ allowed: true })).components;
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), creation(validating())));
    expect(failure.message).toMatch(/this control plane has no connection to webhooks$/);
  });
});

describe("a webhook is asked about", () => {
  const rule = (part: Draft) => ({
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], ...part }],
  });
  const cases: readonly [string, Draft, Partial<AdmissionRequest>, boolean][] = [
    ["its operation", rule({}), {}, true],
    ["no other operation", rule({ operations: ["UPDATE"] }), {}, false],
    ["no other group", rule({ apiGroups: ["apps"] }), {}, false],
    ["all groups", rule({ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }), {}, true],
    ["no subresource", rule({}), { subresource: "status" }, false],
    ["a subresource", rule({ resources: ["configmaps/status"] }), { subresource: "status" }, true],
    ["any subresource", rule({ resources: ["*/*"] }), { subresource: "status" }, true],
    ["what is in a namespace", rule({ scope: "Namespaced" }), {}, true],
    ["not what is in one", rule({ scope: "Cluster" }), {}, false],
    ["a namespace with its labels", { namespaceSelector: { matchLabels: { team: "a" } } }, {}, true],
    ["no other namespace", { namespaceSelector: { matchLabels: { team: "b" } } }, {}, false],
    [
      "an object with its labels",
      { objectSelector: { matchLabels: { x: "y" } } },
      { oldObject: { metadata: { labels: { x: "y" } } } },
      true,
    ],
    ["no object without", { objectSelector: { matchLabels: { x: "y" } } }, {}, false],
    [
      "no configuration of admission",
      rule({ apiGroups: ["*"], resources: ["*"] }),
      { kind: { group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingAdmissionPolicy" } },
      false,
    ],
  ];
  it.each(cases)("%s", async (_, webhook, part, called) => {
    const { components, calls } = webhooks(() => ({ allowed: true }));
    await validate(createValidatingAdmissionWebhook(components), creation(validating(webhook), part));
    expect(calls.length === 1).toBe(called);
  });

  it("the missing namespace, with 404", async () => {
    const { components } = webhooks(() => ({ allowed: true }));
    const asked = creation(validating({ namespaceSelector: { matchLabels: { a: "b" } } }), { namespace: "gone" });
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), asked));
    expect(failure.message).toBe('namespaces "gone" not found');
  });

  it("another version of its resource, in that version", async () => {
    const { components, calls } = webhooks(() => ({ allowed: true }));
    const asked = creation(validating(rule({ apiGroups: ["apps"], resources: ["deployments"] })), {
      definition: served("deployments", "v1beta1"),
      kind: { group: "apps", version: "v1beta1", kind: "Deployment" },
    });
    await validate(createValidatingAdmissionWebhook(components), asked);
    const { resource, requestResource, object } = calls[0]?.review.request ?? {};
    expect([resource.version, requestResource.version, object.apiVersion]).toEqual(["v1", "v1beta1", "apps/v1"]);
    const exact = creation(
      validating({ ...rule({ apiGroups: ["apps"], resources: ["deployments"] }), matchPolicy: "Exact" }),
      asked,
    );
    await validate(createValidatingAdmissionWebhook(components), { ...asked, server: exact.server });
    expect(calls).toHaveLength(2);
  });
});

describe("a webhook behind a Service", () => {
  const service = { metadata: { name: "hook", namespace: "ns" }, spec: { ports: [{ name: "https", port: 8443 }] } };
  const slice = {
    metadata: { name: "s", namespace: "ns", labels: { "kubernetes.io/service-name": "hook" } },
    ports: [{ name: "https", port: 9443 }],
    endpoints: [{ addresses: ["10.1.0.9"], conditions: { ready: false } }, { addresses: ["10.1.0.7"] }],
  };
  const clientConfig = { service: { namespace: "ns", name: "hook", path: "/x", port: 8443 }, caBundle: btoa("PEM") };

  it("is called at a ready endpoint, by its name", async () => {
    const { components, calls } = webhooks(() => ({ allowed: true }));
    const objects = { ...validating({ clientConfig }), services: [service], endpointslices: [slice] };
    await validate(createValidatingAdmissionWebhook(components), creation(objects));
    const { url, connect, ca } = calls[0] ?? {};
    expect({ url, connect, ca }).toEqual({
      url: "https://hook.ns.svc:8443/x?timeout=10s",
      connect: { host: "10.1.0.7", port: 9443 },
      ca: "PEM",
    });
  });

  const missing: readonly [string, Readonly<Record<string, readonly Draft[]>>, string][] = [
    ["without the Service", {}, 'service "hook" not found'],
    [
      "without the port",
      { services: [{ ...service, spec: { ports: [] } }] },
      'no service port 8443 found for service "hook"',
    ],
    ["without endpoints", { services: [service] }, 'no endpoints available for service "hook"'],
  ];
  it.each(missing)("%s fails", async (_, objects, why) => {
    const { components } = webhooks(() => ({ allowed: true }));
    const asked = creation({ ...validating({ clientConfig }), ...objects });
    const failure = await failureOf(validate(createValidatingAdmissionWebhook(components), asked));
    expect(failure.message).toMatch(new RegExp(`Post "https://hook.ns.svc:8443/x\\?timeout=10s": ${why}$`));
  });
});

describe("a mutating webhook", () => {
  const add = (key: string, value: string) => ({ op: "add", path: `/data/${key}`, value });

  it("changes the object for those after it", async () => {
    const { components, calls } = webhooks(({ request }) =>
      patch(add(`n${Object.keys(request.object.data).length}`, "x")),
    );
    const asked = creation(mutating(configuration("one"), configuration("two")));
    await runMutation([createMutatingAdmissionWebhook(components)], asked);
    expect(asked.object.data).toEqual({ a: "1", n1: "x", n2: "x" });
    expect(calls[1]?.review.request.object.data).toEqual({ a: "1", n1: "x" });
    expect(JSON.parse(asked.annotations["mutation.webhook.admission.k8s.io/round_0_index_1"] ?? "")).toEqual({
      configuration: "two",
      webhook: "two.example.com",
      mutated: true,
    });
    expect(Object.keys(asked.annotations)).toContain("patch.webhook.admission.k8s.io/round_0_index_0");
  });

  it("is asked once more, when it allows that and a later one changed the object", async () => {
    const { components, calls } = webhooks((_, { url }) =>
      url.includes("two") ? patch(add("b", "2")) : { allowed: true },
    );
    const one = configuration("one", { reinvocationPolicy: "IfNeeded" });
    const two = configuration("two", { clientConfig: { url: "https://two.example.com/" } });
    await runMutation([createMutatingAdmissionWebhook(components)], creation(mutating(one, two)));
    expect(calls.map(({ url }) => new URL(url).host)).toEqual([
      "hook.example.com",
      "two.example.com",
      "hook.example.com",
    ]);
  });

  it("is asked once more when a plugin of the server changed the object in the second round", async () => {
    const { components, calls } = webhooks(({ request }) =>
      request.object.data.b ? { allowed: true } : patch(add("b", "2")),
    );
    let rounds = 0;
    const plugin: AdmissionPlugin = {
      name: "Counts",
      mutate: async ({ object }) => {
        rounds += 1;
        object.data.rounds = String(rounds);
      },
    };
    const configured = mutating(configuration("one", { reinvocationPolicy: "IfNeeded" }));
    await runMutation([plugin, createMutatingAdmissionWebhook(components)], creation(configured));
    expect([rounds, calls.length]).toEqual([2, 2]);
  });

  const broken: readonly [string, Draft, string][] = [
    [
      "a path that is not there",
      patch({ op: "add", path: "/x/y", value: 1 }),
      'add operation does not apply: doc is missing path: "/x/y": missing value',
    ],
    [
      "a test that fails",
      patch({ op: "test", path: "/data/a", value: "2" }),
      "testing value /data/a failed: test failed",
    ],
    [
      "a removal of nothing",
      patch({ op: "remove", path: "/data/z" }),
      "error in remove for path: '/data/z': Unable to remove nonexistent key: z: missing value",
    ],
    [
      "a patch without its type",
      { allowed: true, patch: "W10=" },
      'failed calling webhook "one.example.com": received invalid webhook response: webhook returned response.patch but not response.patchType',
    ],
    [
      "another type of patch",
      { ...patch(add("b", "2")), patchType: "Merge" },
      'failed calling webhook "one.example.com": unsupported patch type "Merge"',
    ],
  ];
  it.each(broken)("fails with %s", async (_, response, why) => {
    const { components } = webhooks(() => response);
    const plugin = createMutatingAdmissionWebhook(components);
    const failure = await failureOf(runMutation([plugin], creation(mutating(configuration("one")))));
    expect(failure.message).toBe(`Internal error occurred: ${why}`);
  });

  it("cannot change what is deleted", async () => {
    const { components } = webhooks(() => patch(add("b", "2")));
    const asked = creation(mutating(configuration("one")), {
      operation: "DELETE",
      object: undefined,
      oldObject: meta("c", "ns"),
    });
    const failure = await failureOf(runMutation([createMutatingAdmissionWebhook(components)], asked));
    expect(failure.message).toMatch(/attempted to modify the object, which is not supported for this operation$/);
  });

  it("speaks v1beta1, whose answers are not looked at closely", async () => {
    const { components } = webhooks(() => ({ ...patch(add("b", "2")), uid: "", patchType: undefined }));
    const asked = creation(mutating(configuration("one", { admissionReviewVersions: ["v9", "v1beta1"] })));
    await runMutation([createMutatingAdmissionWebhook(components)], asked);
    expect(asked.object.data).toEqual({ a: "1", b: "2" });
  });
});
