import type { TokenClaims, TokenIssuer, TokenReviewer } from "@pinnace/authentication";
import { describe, expect, it } from "vitest";
import { pod, startBuiltIn } from "./built-in.ts";

const ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
const PODS = "/api/v1/namespaces/default/pods";
const REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews";

async function withAccount() {
  const issued: TokenClaims[] = [];
  const tokenIssuer: TokenIssuer = {
    issuer: "https://kubernetes.default.svc",
    apiAudiences: ["https://kubernetes.default.svc"],
    algorithms: ["ES256"],
    issue: async (claims) => {
      issued.push(claims);
      return { token: "signed", expiresAt: Date.UTC(2026, 0, 2) };
    },
    jwks: async () => ({ keys: [{ kid: "1" }] }),
  };
  const harness = await startBuiltIn({ tokenIssuer });
  const { body: account } = await harness.call("POST", ACCOUNTS, { metadata: { name: "sa" } });
  return { ...harness, issued, account };
}

describe("a token", () => {
  it("is for the API server and an hour unless the request says otherwise", async () => {
    const { call, issued, account } = await withAccount();
    const answer = await call("POST", `${ACCOUNTS}/sa/token`, {});
    expect(answer).toMatchObject({
      status: 201,
      body: {
        kind: "TokenRequest",
        metadata: { name: "sa", namespace: "default" },
        spec: { audiences: ["https://kubernetes.default.svc"], expirationSeconds: 3600, boundObjectRef: null },
        status: { token: "signed", expirationTimestamp: "2026-01-02T00:00:00Z" },
      },
    });
    expect(issued).toEqual([
      {
        namespace: "default",
        serviceAccount: { name: "sa", uid: account.metadata.uid },
        audiences: ["https://kubernetes.default.svc"],
        expirationSeconds: 3600,
      },
    ]);
  });

  it("is bound to a pod, and to the pod's node", async () => {
    const { call, issued } = await withAccount();
    const node = (await call("POST", "/api/v1/nodes", { metadata: { name: "n" } })).body;
    const own = { serviceAccountName: "sa", nodeName: "n", containers: [{ name: "a", image: "i" }] };
    const { body } = await call("POST", PODS, pod("p", { spec: own }));
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "p", uid: body.metadata.uid };
    await call("POST", `${ACCOUNTS}/sa/token`, { spec: { audiences: ["vault"], boundObjectRef } });
    expect(issued[0]).toMatchObject({
      audiences: ["vault"],
      boundObject: { kind: "Pod", name: "p", uid: body.metadata.uid },
      node: { name: "n", uid: node.metadata.uid },
    });
  });

  it.each([
    ["a missing account", "nope", {}, 404, 'serviceaccounts "nope" not found'],
    ["another name", "sa", { metadata: { name: "other" } }, 400, "must match the service account name"],
    [
      "too short a life",
      "sa",
      { spec: { expirationSeconds: 599 } },
      422,
      "may not specify a duration less than 10 minutes",
    ],
    [
      "too long a life",
      "sa",
      { spec: { expirationSeconds: 2 ** 33 } },
      422,
      "may not specify a duration larger than 2^32 seconds",
    ],
    [
      "an object of a kind that cannot be bound",
      "sa",
      { spec: { boundObjectRef: { kind: "ConfigMap", apiVersion: "v1", name: "a" } } },
      400,
      "cannot bind token to object of type v1, Kind=ConfigMap",
    ],
    [
      "a missing pod",
      "sa",
      { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "a" } } },
      404,
      'pods "a" not found',
    ],
    [
      "a pod of another account",
      "sa",
      { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "stranger" } } },
      400,
      "to pod running with different serviceaccount name",
    ],
    [
      "a pod that was made anew",
      "sa",
      { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "own", uid: "old" } } },
      409,
      "does not match the UID in record",
    ],
  ])("for %s is refused", async (_name, account, body, status, message) => {
    const { call, issued } = await withAccount();
    await call("POST", PODS, pod("stranger"));
    await call(
      "POST",
      PODS,
      pod("own", { spec: { serviceAccountName: "sa", containers: [{ name: "a", image: "i" }] } }),
    );
    const refused = await call("POST", `${ACCOUNTS}/${account}/token`, body);
    expect(refused.status).toBe(status);
    expect(refused.body.message).toContain(message);
    expect(issued).toEqual([]);
  });

  it("is not made for a dry run, nor without an issuer", async () => {
    const { call, issued } = await withAccount();
    expect((await call("POST", `${ACCOUNTS}/sa/token?dryRun=All`, {})).body.status.token).toBe("");
    expect(issued).toEqual([]);
    const bare = await startBuiltIn();
    await bare.call("POST", ACCOUNTS, { metadata: { name: "sa" } });
    expect((await bare.call("POST", `${ACCOUNTS}/sa/token`, {})).status).toBe(500);
  });

  it("can be verified by others", async () => {
    const { call } = await withAccount();
    expect((await call("GET", "/.well-known/openid-configuration")).body).toMatchObject({
      issuer: "https://kubernetes.default.svc",
      id_token_signing_alg_values_supported: ["ES256"],
    });
    const keys = await call("GET", "/openid/v1/jwks");
    expect([keys.headers["content-type"], keys.body]).toEqual(["application/jwk-set+json", { keys: [{ kid: "1" }] }]);
  });
});

describe("a token review", () => {
  const tokenReviewer: TokenReviewer = {
    reviewToken: async (token, audiences = []) =>
      token === "good"
        ? { authenticated: true, user: { username: "alice", groups: ["devs"] }, audiences }
        : ({ authenticated: false, user: {}, error: "bad token" } as never),
  };

  it("says whose a token is", async () => {
    const { call } = await startBuiltIn({ tokenReviewer });
    const good = await call("POST", REVIEWS, { spec: { token: "good", audiences: ["a"] } });
    expect(good).toMatchObject({
      status: 201,
      body: { status: { authenticated: true, user: { username: "alice" }, audiences: ["a"] } },
    });
    expect((await call("POST", REVIEWS, { spec: { token: "bad" } })).body.status.error).toBe("bad token");
  });

  it("needs a token, and is nothing that can be read", async () => {
    const { call } = await startBuiltIn({ tokenReviewer });
    expect((await call("POST", REVIEWS, { spec: {} })).body.message).toContain("token is required for TokenReview");
    expect((await call("GET", REVIEWS)).status).toBe(405);
  });
});
