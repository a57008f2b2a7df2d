import { describe, expect, it } from "vitest";
import type { LookupObject } from "../src/index.ts";
import { createClusterAuthentication, createServiceAccountKeys, type TokenClaims } from "../src/index.ts";

const START = Date.UTC(2026, 0, 1);
const ISSUER = "https://kubernetes.default.svc.cluster.local";
const object = (uid: string, deletionTimestamp?: string): LookupObject => ({
  metadata: { uid, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
});

function setup(options = {}) {
  const objects = new Map<string, LookupObject>([
    ["ServiceAccount/ns/s", object("sa-uid")],
    ["Pod/ns/p", object("pod-uid")],
    ["Secret/ns/x", object("secret-uid")],
    ["Node//n1", object("node-uid")],
  ]);
  const clock = { time: START, now: () => clock.time };
  const lookup = { get: async (kind: string, ns: string, name: string) => objects.get(`${kind}/${ns}/${name}`) };
  const authentication = createClusterAuthentication({ clock, lookup, uuid: () => "id-1" }, options);
  return { objects, clock, ...authentication };
}

const claims: TokenClaims = {
  namespace: "ns",
  serviceAccount: { name: "s", uid: "sa-uid" },
  audiences: [],
  expirationSeconds: 3600,
};
const podClaims: TokenClaims = {
  ...claims,
  boundObject: { kind: "Pod", name: "p", uid: "pod-uid" },
  node: { name: "n1", uid: "node-uid" },
};

const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("service account tokens", () => {
  it("carry upstream's claims", async () => {
    const { tokenIssuer } = setup();
    const { token, expiresAt } = await tokenIssuer.issue({ ...podClaims, audiences: ["vault"] });
    const now = START / 1000;
    expect(payloadOf(token)).toEqual({
      aud: ["vault"],
      exp: now + 3600,
      iat: now,
      iss: ISSUER,
      jti: "id-1",
      "kubernetes.io": {
        namespace: "ns",
        node: { name: "n1", uid: "node-uid" },
        pod: { name: "p", uid: "pod-uid" },
        serviceaccount: { name: "s", uid: "sa-uid" },
      },
      nbf: now,
      sub: "system:serviceaccount:ns:s",
    });
    expect(expiresAt).toBe(START + 3_600_000);
  });

  it("of kubelets live a year and warn after the time asked for", async () => {
    const { tokenIssuer } = setup();
    const { token, expiresAt } = await tokenIssuer.issue({ ...podClaims, expirationSeconds: 3607 });
    expect(payloadOf(token)).toMatchObject({
      exp: START / 1000 + 31_536_000,
      "kubernetes.io": { warnafter: START / 1000 + 3607 },
    });
    expect(expiresAt).toBe(START + 3_607_000);
  });

  it("make the user that they stand for", async () => {
    const { tokenIssuer, tokenReviewer } = setup();
    const { token } = await tokenIssuer.issue(podClaims);
    expect(await tokenReviewer.reviewToken(token)).toEqual({
      authenticated: true,
      audiences: [ISSUER],
      user: {
        username: "system:serviceaccount:ns:s",
        uid: "sa-uid",
        groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
        extra: {
          "authentication.kubernetes.io/credential-id": ["JTI=id-1"],
          "authentication.kubernetes.io/node-name": ["n1"],
          "authentication.kubernetes.io/node-uid": ["node-uid"],
          "authentication.kubernetes.io/pod-name": ["p"],
          "authentication.kubernetes.io/pod-uid": ["pod-uid"],
        },
      },
    });
  });

  it.each([
    ["pod", podClaims, "Pod/ns/p", undefined, "service account token has been invalidated"],
    [
      "pod",
      podClaims,
      "Pod/ns/p",
      object("other"),
      "pod UID (other) does not match service account pod ref claim (pod-uid)",
    ],
    [
      "pod",
      podClaims,
      "Pod/ns/p",
      object("pod-uid", "2025-12-31T23:58:00Z"),
      "service account token has been invalidated",
    ],
    ["account", claims, "ServiceAccount/ns/s", undefined, 'serviceaccounts "s" not found'],
    ["account", claims, "ServiceAccount/ns/s", object("o"), "service account UID (o) does not match claim (sa-uid)"],
    [
      "account",
      claims,
      "ServiceAccount/ns/s",
      object("sa-uid", "2025-12-31T23:00:00Z"),
      "service account ns/s has been deleted",
    ],
    [
      "secret",
      { ...claims, boundObject: { kind: "Secret", name: "x", uid: "secret-uid" } } as TokenClaims,
      "Secret/ns/x",
      undefined,
      "service account token has been invalidated",
    ],
    [
      "node",
      { ...claims, boundObject: { kind: "Node", name: "n1", uid: "node-uid" } } as TokenClaims,
      "Node//n1",
      undefined,
      "service account token has been invalidated",
    ],
  ])("die with their %s (%#)", async (_what, request, key, replacement, reason) => {
    const { tokenIssuer, tokenReviewer, objects } = setup();
    const { token } = await tokenIssuer.issue(request);
    expect((await tokenReviewer.reviewToken(token)).authenticated).toBe(true);
    if (replacement === undefined) objects.delete(key);
    else objects.set(key, replacement);
    expect(await tokenReviewer.reviewToken(token)).toEqual({ user: {}, error: `[invalid bearer token, ${reason}]` });
  });

  it("expire, and are not valid before their time", async () => {
    const { tokenIssuer, tokenReviewer, clock } = setup();
    const { token } = await tokenIssuer.issue(claims);
    clock.time = START + 3_700_000;
    expect((await tokenReviewer.reviewToken(token)).error).toContain("service account token has expired");
    clock.time = START - 100_000;
    expect((await tokenReviewer.reviewToken(token)).error).toContain("service account token is not valid yet");
  });

  it("are good for their audiences only", async () => {
    const { tokenIssuer, tokenReviewer } = setup();
    const { token } = await tokenIssuer.issue({ ...claims, audiences: ["a", "b"] });
    expect(await tokenReviewer.reviewToken(token, ["b", "c"])).toMatchObject({ authenticated: true, audiences: ["b"] });
    expect((await tokenReviewer.reviewToken(token, ["c"])).error).toBe(
      '[invalid bearer token, token audiences ["a" "b"] is invalid for the target audiences ["c"]]',
    );
  });

  it("do not survive tampering, another key or another issuer", async () => {
    const { tokenIssuer, tokenReviewer } = setup();
    const { token } = await tokenIssuer.issue(claims);
    const [header, payload, signature] = token.split(".");
    const forged = Buffer.from(JSON.stringify({ ...payloadOf(token), sub: "x" })).toString("base64url");
    for (const bad of [`${token}x`, `${header}.${forged}.${signature}`, `${header}.${payload}.`, "a.b.c", "nonsense"])
      expect(await tokenReviewer.reviewToken(bad), bad).toEqual({ user: {}, error: "invalid bearer token" });
    const stranger = await setup().tokenIssuer.issue(claims);
    expect((await tokenReviewer.reviewToken(stranger.token)).error).toBe("invalid bearer token");
  });

  it("are signed with the first of several keys and verified with any", async () => {
    const pem = async (algorithm: "ES256" | "RS256") => {
      const pair = (await crypto.subtle.generateKey(
        algorithm === "ES256"
          ? { name: "ECDSA", namedCurve: "P-256" }
          : {
              name: "RSASSA-PKCS1-v1_5",
              hash: "SHA-256",
              modulusLength: 2048,
              publicExponent: new Uint8Array([1, 0, 1]),
            },
        true,
        ["sign", "verify"],
      )) as { privateKey: never; publicKey: never };
      const text = async (format: "pkcs8" | "spki", key: never, label: string) =>
        `-----BEGIN ${label} KEY-----\n${Buffer.from(await crypto.subtle.exportKey(format, key)).toString("base64")}\n-----END ${label} KEY-----\n`;
      return [await text("pkcs8", pair.privateKey, "PRIVATE"), await text("spki", pair.publicKey, "PUBLIC")] as const;
    };
    const [oldKey, newKey] = [await pem("RS256"), await pem("ES256")];
    const before = setup({ serviceAccountKeys: [oldKey[0]] });
    const after = setup({ serviceAccountKeys: [newKey[0], oldKey[1]] });
    expect(before.tokenIssuer.algorithms).toEqual(["RS256"]);
    expect(after.tokenIssuer.algorithms).toEqual(["ES256", "RS256"]);
    const { token } = await before.tokenIssuer.issue(claims);
    expect((await after.tokenReviewer.reviewToken(token)).authenticated).toBe(true);
    expect((await before.tokenIssuer.jwks()).keys[0]).toMatchObject({
      use: "sig",
      kty: "RSA",
      alg: "RS256",
      e: "AQAB",
    });
    expect((await after.tokenIssuer.jwks()).keys).toHaveLength(2);
    await expect(createServiceAccountKeys([oldKey[1]]).signing()).rejects.toMatchObject({ code: "TOKEN_KEY_INVALID" });
    await expect(createServiceAccountKeys(["?"]).all()).rejects.toMatchObject({ code: "TOKEN_KEY_INVALID" });
  });
});
