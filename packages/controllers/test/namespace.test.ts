import { CONFIG_MAPS, NAMESPACES, PODS, SECRETS, SERVICE_ACCOUNTS } from "@pinnace/api";
import { hasReason } from "@pinnace/apimachinery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { namespaceController } from "../src/namespace/index.ts";
import { rootCaPublisher } from "../src/serviceaccount/root-ca-publisher.ts";
import { serviceAccountController } from "../src/serviceaccount/service-account-controller.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  plane = await startControlPlane([namespaceController, serviceAccountController, rootCaPublisher("PEM")]);
  await plane.create(NAMESPACES, { metadata: { name: "x" } });
  await plane.clock.settle();
});
afterEach(() => plane.stop());

const isGone = async (): Promise<boolean> =>
  plane.get(NAMESPACES, "x").then(
    () => false,
    (error: unknown) => hasReason(error, "NotFound"),
  );

describe("a new namespace", () => {
  it("gets its service account and its root CA", async () => {
    expect(await plane.get(SERVICE_ACCOUNTS, "default", "x")).toBeDefined();
    expect((await plane.get(CONFIG_MAPS, "kube-root-ca.crt", "x")).data).toEqual({ "ca.crt": "PEM" });
  });

  it("gets them again when they are deleted or changed", async () => {
    await plane.client.resource(SERVICE_ACCOUNTS).namespace("x").delete("default");
    await plane.client
      .resource(CONFIG_MAPS)
      .namespace("x")
      .patch("kube-root-ca.crt", {
        type: "merge",
        body: { data: { more: "y" }, metadata: { annotations: { a: "b" } } },
      });
    await plane.clock.settle();
    expect(await plane.get(SERVICE_ACCOUNTS, "default", "x")).toBeDefined();
    const { data, metadata } = await plane.get(CONFIG_MAPS, "kube-root-ca.crt", "x");
    expect(data).toEqual({ "ca.crt": "PEM" });
    expect(metadata?.annotations).toMatchObject({ a: "b" });
  });
});

describe("the namespace controller", () => {
  it("deletes the content and the namespace", async () => {
    await plane.create(SECRETS, { metadata: { name: "s", namespace: "x" } });
    await plane.client.resource(NAMESPACES).delete("x");
    await plane.clock.advance(60_000);
    expect(await isGone()).toBe(true);
    expect(await plane.list(SECRETS, "x")).toEqual([]);
  });

  it("leaves it as it is for a moment", async () => {
    await plane.client.resource(NAMESPACES).delete("x");
    await plane.clock.advance(400);
    expect((await plane.get(NAMESPACES, "x")).status).toEqual({ phase: "Terminating" });
    await plane.clock.advance(2200);
    expect(await isGone()).toBe(true);
  });

  it("says what holds it up, and goes on when that is over", async () => {
    const metadata = { name: "a", namespace: "x", finalizers: ["example.com/hold"] };
    await plane.create(CONFIG_MAPS, { metadata });
    await plane.client.resource(NAMESPACES).delete("x");
    await plane.clock.advance(3000);
    const { status } = await plane.get(NAMESPACES, "x");
    expect(status?.phase).toBe("Terminating");
    expect(
      status?.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message]),
    ).toEqual([
      ["NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"],
      [
        "NamespaceDeletionGroupVersionParsingFailure",
        "False",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
      ],
      [
        "NamespaceDeletionContentFailure",
        "False",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
      ],
      [
        "NamespaceContentRemaining",
        "True",
        "SomeResourcesRemain",
        "Some resources are remaining: configmaps. has 1 resource instances",
      ],
      [
        "NamespaceFinalizersRemaining",
        "True",
        "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
      ],
    ]);
    await plane.client
      .resource(CONFIG_MAPS)
      .namespace("x")
      .patch("a", { type: "merge", body: { metadata: { finalizers: null } } });
    await plane.clock.advance(60_000);
    expect(await isGone()).toBe(true);
  });

  it("deletes pods before everything else", async () => {
    await plane.create(PODS, {
      metadata: { name: "p", namespace: "x", finalizers: ["example.com/hold"] },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    await plane.create(SECRETS, { metadata: { name: "s", namespace: "x" } });
    await plane.client.resource(NAMESPACES).delete("x");
    await plane.clock.advance(60_000);
    expect(await plane.list(SECRETS, "x")).toHaveLength(1);
    await plane.client
      .resource(PODS)
      .namespace("x")
      .patch("p", { type: "merge", body: { metadata: { finalizers: null } } });
    await plane.clock.advance(60_000);
    expect(await isGone()).toBe(true);
  });
});
