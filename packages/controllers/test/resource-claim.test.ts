import { PODS, type Pod, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS, type ResourceClaim } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DELETE_PROTECTION, planClaim } from "../src/resourceclaim/claim-names.ts";
import { resourceClaimController } from "../src/resourceclaim/index.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

const devices = { requests: [{ name: "r", exactly: { deviceClassName: "example.com" } }] };

describe("what becomes of a claim", () => {
  const running: Pod = { metadata: { name: "p", uid: "1" }, spec: { nodeName: "n", containers: [] } };
  const done: Pod = { ...running, status: { phase: "Succeeded" } };
  const reservedFor = [{ resource: "pods", name: "p", uid: "1" }];
  const finalizers = [DELETE_PROTECTION];
  const ownerReferences = [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "1", controller: true }];

  it.each<[string, ResourceClaim["metadata"], Pod | undefined, boolean, ReturnType<typeof planClaim>]>([
    ["a running pod keeps it", {}, running, true, { deallocate: false, delete: false }],
    ["a pod that is gone leaves it", {}, undefined, true, { reservedFor: [], deallocate: false, delete: false }],
    ["a pod that is done leaves it", {}, done, true, { reservedFor: [], deallocate: false, delete: false }],
    ["an idle one is given back", { finalizers }, done, true, { reservedFor: [], deallocate: true, delete: false }],
    ["one made for a pod goes", { ownerReferences }, done, true, { reservedFor: [], deallocate: false, delete: true }],
    ["one of a pod that runs stays", { ownerReferences }, running, false, { deallocate: false, delete: false }],
    ["an idle one stays allocated", { finalizers }, undefined, false, { deallocate: false, delete: false }],
    [
      "an idle one that goes is given back",
      { finalizers, deletionTimestamp: "2026-01-01T00:00:00Z" },
      undefined,
      false,
      { deallocate: true, delete: false },
    ],
  ])("%s", (_name, metadata, pod, reserved, plan) => {
    const claim = { metadata: metadata ?? {}, spec: { devices }, status: reserved ? { reservedFor } : {} };
    expect(planClaim(claim, () => pod)).toEqual(plan);
  });
});

describe("claims of pods", () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = await startControlPlane([resourceClaimController], { pods: "pending" });
  });
  afterEach(() => plane.stop());

  const template = { metadata: { name: "t" }, spec: { metadata: { labels: { l: "1" } }, spec: { devices } } };
  const pod: Pod = {
    metadata: { name: "p" },
    spec: {
      containers: [{ name: "c", image: "i" }],
      resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "t" }],
    },
  };

  it("come from the template, and the pod learns their name", async () => {
    await plane.create(RESOURCE_CLAIM_TEMPLATES, template);
    await plane.create(PODS, pod);
    await plane.clock.settle();
    const [claim, ...others] = await plane.list(RESOURCE_CLAIMS);
    expect(others).toEqual([]);
    expect(claim?.metadata).toMatchObject({ generateName: "p-gpu-", labels: { l: "1" } });
    const { status } = await plane.get(PODS, "p");
    expect(status?.resourceClaimStatuses).toEqual([{ name: "gpu", resourceClaimName: claim?.metadata?.name }]);
  });

  it("wait for the template", async () => {
    await plane.create(PODS, pod);
    await plane.clock.settle();
    expect((await plane.events("Pod"))[0]).toBe(
      'FailedResourceClaimCreation: PodResourceClaim gpu: resource claim template "t": resourceclaimtemplate.resource.k8s.io "t" not found',
    );
    await plane.create(RESOURCE_CLAIM_TEMPLATES, template);
    await plane.clock.settle();
    expect(await plane.list(RESOURCE_CLAIMS)).toHaveLength(1);
  });
});
