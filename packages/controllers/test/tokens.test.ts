import { SECRETS, SERVICE_ACCOUNTS, type Secret } from "@pinnace/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tokensController } from "../src/serviceaccount/tokens-controller.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";

let plane: ControlPlane;

beforeEach(async () => {
  const issueToken = async () => "signed";
  plane = await startControlPlane([tokensController({ issueToken, rootCa: "PEM" })]);
  await plane.create(SERVICE_ACCOUNTS, { metadata: { name: "robot" }, secrets: [{ name: "t" }, { name: "other" }] });
});
afterEach(() => plane.stop());

const secret = (account: string, data?: Record<string, string>): Secret => ({
  metadata: { name: "t", annotations: { "kubernetes.io/service-account.name": account } },
  type: "kubernetes.io/service-account-token",
  ...(data === undefined ? {} : { data }),
});

describe("a token Secret", () => {
  it("is filled, and keeps what it has", async () => {
    const { metadata } = await plane.get(SERVICE_ACCOUNTS, "robot");
    await plane.create(SECRETS, secret("robot", { extra: btoa("x") }));
    await plane.clock.settle();
    const filled = await plane.get(SECRETS, "t");
    expect(filled.metadata?.annotations?.["kubernetes.io/service-account.uid"]).toBe(metadata?.uid);
    expect(filled.data).toEqual({
      extra: btoa("x"),
      "ca.crt": btoa("PEM"),
      namespace: btoa("default"),
      token: btoa("signed"),
    });
  });

  it("goes when its account is absent or goes", async () => {
    await plane.create(SECRETS, secret("absent"));
    await plane.clock.settle();
    expect(await plane.list(SECRETS)).toEqual([]);
    await plane.create(SECRETS, secret("robot"));
    await plane.clock.settle();
    await plane.client.resource(SERVICE_ACCOUNTS).namespace("default").delete("robot");
    await plane.clock.settle();
    expect(await plane.list(SECRETS)).toEqual([]);
  });

  it("is taken off its account's list when it goes", async () => {
    await plane.create(SECRETS, secret("robot"));
    await plane.clock.settle();
    await plane.client.resource(SECRETS).namespace("default").delete("t");
    await plane.clock.advance(1000);
    expect((await plane.get(SERVICE_ACCOUNTS, "robot")).secrets).toEqual([{ name: "other" }]);
  });
});
