import { createMutatingAdmissionWebhook, createValidatingAdmissionWebhook, type WebhookCall } from "@pinnace/admission";
import type { Draft } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { describe, expect, it } from "vitest";
import { deployment, startBuiltIn } from "./built-in.ts";
import type { Harness } from "./harness.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const MERGE = { "content-type": "application/merge-patch+json" };

const patch = (...operations: readonly Draft[]): Draft => ({
  allowed: true,
  patchType: "JSONPatch",
  patch: btoa(JSON.stringify(operations)),
});

/** A server with one webhook of a kind, which is asked about one resource. */
async function withWebhook(
  kind: "Mutating" | "Validating",
  rule: Draft,
  respond: (request: Draft) => Draft = () => ({ allowed: true }),
): Promise<Harness & { asked: Draft[] }> {
  const asked: Draft[] = [];
  const webhooks = {
    call: async ({ body }: WebhookCall) => {
      const { request, kind: review, apiVersion } = JSON.parse(body);
      asked.push(request);
      const response = { uid: request.uid, ...respond(request) };
      return { status: 200, body: JSON.stringify({ kind: review, apiVersion, response }) };
    },
  };
  const clock = createVirtualClock();
  const components: Draft = { clock, random: Math.random, webhooks };
  const admission = [createMutatingAdmissionWebhook(components), createValidatingAdmissionWebhook(components)];
  const harness = await startBuiltIn({ admission });
  const { status, body } = await harness.call("POST", `${ADMISSION}/${kind.toLowerCase()}webhookconfigurations`, {
    metadata: { name: "hook" },
    webhooks: [
      {
        ...{ name: "hook.example.com", clientConfig: { url: "https://hook.example.com/" }, sideEffects: "None" },
        admissionReviewVersions: ["v1"],
        rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], ...rule }],
      },
    ],
  });
  expect(body.message).toBeUndefined();
  expect(status).toBe(201);
  return { ...harness, asked };
}

describe("a webhook of a running server", () => {
  it("works from the moment that its configuration is stored, and until it is deleted", async () => {
    const { call, asked } = await withWebhook("Mutating", { resources: ["configmaps"] }, () =>
      patch(
        { op: "add", path: "/metadata/labels", value: { made: "here" } },
        { op: "add", path: "/nonsense", value: 1 },
      ),
    );
    const created = await call("POST", CONFIG_MAPS, { metadata: { name: "a" } });
    expect([created.body.metadata.labels, created.body.nonsense]).toEqual([{ made: "here" }, undefined]);
    expect((await call("GET", `${CONFIG_MAPS}/a`)).body.metadata.labels).toEqual({ made: "here" });
    await call("DELETE", `${ADMISSION}/mutatingwebhookconfigurations/hook`);
    expect((await call("POST", CONFIG_MAPS, { metadata: { name: "b" } })).body.metadata.labels).toBeUndefined();
    expect(asked.map(({ operation }) => operation)).toEqual(["CREATE"]);
  });

  it("that makes nonsense of an object fails the request", async () => {
    const { call } = await withWebhook("Mutating", { resources: ["configmaps"] }, () =>
      patch({ op: "add", path: "/data", value: "text" }),
    );
    const { status, body } = await call("POST", CONFIG_MAPS, { metadata: { name: "a" } });
    expect([status, body.reason]).toEqual([500, "InternalError"]);
    expect(body.message).toContain("json: cannot unmarshal string into Go struct field ConfigMap.data");
  });

  it("refuses with its own words, and warns", async () => {
    const { call } = await withWebhook("Validating", { resources: ["configmaps"] }, ({ operation }) => ({
      allowed: operation !== "DELETE",
      warnings: ["careful"],
      status: { code: 403, message: "stays" },
    }));
    expect((await call("POST", CONFIG_MAPS, { metadata: { name: "a" } })).headers.warning).toBe('299 - "careful"');
    const { status, body } = await call("DELETE", `${CONFIG_MAPS}/a`);
    expect([status, body.message]).toEqual([403, 'admission webhook "hook.example.com" denied the request: stays']);
    expect((await call("GET", `${CONFIG_MAPS}/a`)).status).toBe(200);
  });

  it("sees a Scale when something is scaled, and may change it", async () => {
    const { call, asked } = await withWebhook("Mutating", { resources: ["deployments/scale"] }, () =>
      patch({ op: "replace", path: "/spec/replicas", value: 2 }),
    );
    await call("POST", DEPLOYMENTS, deployment("web", 1));
    const scaled = await call("PATCH", `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 5 } }, MERGE);
    expect(scaled.body.spec.replicas).toBe(2);
    expect((await call("GET", `${DEPLOYMENTS}/web`)).body.spec.replicas).toBe(2);
    const [{ kind, subResource, object, oldObject }] = asked as [Draft];
    expect([kind.kind, subResource, object.kind, object.spec.replicas, oldObject.spec.replicas]).toEqual([
      "Scale",
      "scale",
      "Scale",
      5,
      1,
    ]);
  });

  it("sees another version of a resource, and its changes come back", async () => {
    const path = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    const rule = { apiVersions: ["v2"], resources: ["horizontalpodautoscalers"] };
    const { call, asked } = await withWebhook("Mutating", rule, () =>
      patch({ op: "replace", path: "/spec/maxReplicas", value: 7 }),
    );
    const scaleTargetRef = { kind: "Deployment", name: "web", apiVersion: "apps/v1" };
    const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
    const { body } = await call("POST", path, { metadata: { name: "a" }, spec });
    expect([body.apiVersion, body.spec.maxReplicas, body.spec.targetCPUUtilizationPercentage]).toEqual([
      "autoscaling/v1",
      7,
      50,
    ]);
    const [{ object, requestResource, resource }] = asked as [Draft];
    expect([object.apiVersion, object.spec.metrics[0].resource.name]).toEqual(["autoscaling/v2", "cpu"]);
    expect([requestResource.version, resource.version]).toEqual(["v1", "v2"]);
  });

  it("is asked about a Namespace as one in itself", async () => {
    const { call, asked } = await withWebhook("Validating", { resources: ["namespaces"], scope: "Cluster" });
    await call("POST", "/api/v1/namespaces", { metadata: { name: "blue" } });
    expect([asked[0]?.name, asked[0]?.namespace]).toEqual(["blue", "blue"]);
  });

  it("changes custom resources within their schema", async () => {
    const { call } = await withWebhook("Mutating", { apiGroups: ["example.com"], resources: ["boats"] }, () =>
      patch({ op: "add", path: "/spec", value: { length: 4, stowaway: true } }),
    );
    const openAPIV3Schema = {
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: { length: { type: "integer" }, colour: { type: "string", default: "red" } },
        },
      },
    };
    await call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      metadata: { name: "boats.example.com" },
      spec: {
        ...{ group: "example.com", scope: "Namespaced", names: { plural: "boats", singular: "boat", kind: "Boat" } },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
      },
    });
    const boat = { apiVersion: "example.com/v1", kind: "Boat", metadata: { name: "a" } };
    const { body } = await call("POST", "/apis/example.com/v1/namespaces/default/boats", boat);
    expect(body.spec).toEqual({ length: 4, colour: "red" });
  });
});
