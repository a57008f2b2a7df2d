import type { ApiRequest } from "@pinnace/apimachinery";
import { describe, expect, it } from "vitest";
import type { LookupObject } from "../src/index.ts";
import { createAuthenticator, createClusterAuthentication, parseTokenFile } from "../src/index.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const request = (part: Partial<ApiRequest>): ApiRequest => ({
  method: "GET",
  path: "/",
  query: new URLSearchParams(),
  headers: {},
  signal: new AbortController().signal,
  ...part,
});
const bearer = (token: string) => request({ headers: { authorization: `Bearer ${token}` } });

const secret = (data: Record<string, string>, type = "bootstrap.kubernetes.io/token"): LookupObject => ({
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
});
const bootstrap = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-authentication": "true",
  "auth-extra-groups": "system:bootstrappers:workers,system:bootstrappers:all",
};

function setup(object?: LookupObject) {
  return createClusterAuthentication(
    { clock: { now: () => Date.UTC(2026, 0, 1) }, lookup: { get: async () => object } },
    { staticTokens: parseTokenFile('admintoken,admin,1,"system:masters"\nplain,bob,2') },
  ).authenticator;
}

describe("createAuthenticator", () => {
  it.each([
    ["nobody", request({}), "system:anonymous", ["system:unauthenticated"]],
    [
      "basic credentials",
      request({ headers: { authorization: "Basic eDp5" } }),
      "system:anonymous",
      ["system:unauthenticated"],
    ],
    [
      "an empty token",
      request({ headers: { authorization: "Bearer " } }),
      "system:anonymous",
      ["system:unauthenticated"],
    ],
    ["a vouched identity", request({ user: { name: "a", groups: ["g"] } }), "a", ["g", "system:authenticated"]],
    ["a static token", bearer("admintoken"), "admin", ["system:masters", "system:authenticated"]],
    [
      "a scheme in lower case",
      request({ headers: { authorization: "bearer plain" } }),
      "bob",
      ["system:authenticated"],
    ],
    [
      "a browser's WebSocket",
      request({
        headers: { "sec-websocket-protocol": "v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.cGxhaW4" },
        upgrade: { protocol: "websocket" },
      }),
      "bob",
      ["system:authenticated"],
    ],
    [
      "a certificate",
      request({ certificate: { commonName: "jane", organizations: ["devs"], fingerprint: "ab" } }),
      "jane",
      ["devs", "system:authenticated"],
    ],
  ])("knows %s", async (_what, asked, name, groups) => {
    expect((await setup().authenticate(asked))?.user).toMatchObject({ name, groups });
  });

  it.each([
    ["an unknown token", bearer("no-such-token")],
    ["something like a JWT", bearer("a.b.c")],
    [
      "two tokens of a browser",
      request({
        headers: {
          "sec-websocket-protocol":
            "base64url.bearer.authorization.k8s.io.cGxhaW4,base64url.bearer.authorization.k8s.io.cGxhaW4",
        },
        upgrade: { protocol: "websocket" },
      }),
    ],
  ])("refuses %s", async (_what, asked) => {
    await expect(setup().authenticate(asked)).rejects.toMatchObject({ code: 401, message: "Unauthorized" });
  });

  it("refuses anonymous requests when told to", async () => {
    const strict = createAuthenticator({ apiAudiences: ["x"], anonymous: false });
    await expect(strict.authenticate(request({}))).rejects.toMatchObject({ code: 401 });
  });

  it("marks certificates with their fingerprint", async () => {
    const certificate = { commonName: "jane", organizations: [], fingerprint: "abcd" };
    expect((await setup().authenticate(request({ certificate })))?.user.extra).toEqual({
      "authentication.kubernetes.io/credential-id": ["X509SHA256=abcd"],
    });
  });
});

describe("bootstrap tokens", () => {
  it("make a bootstrapper", async () => {
    const user = (await setup(secret(bootstrap)).authenticate(bearer("abcdef.0123456789abcdef")))?.user;
    expect(user).toEqual({
      name: "system:bootstrap:abcdef",
      groups: [
        "system:bootstrappers",
        "system:bootstrappers:all",
        "system:bootstrappers:workers",
        "system:authenticated",
      ],
    });
  });

  it.each([
    ["another secret", { ...bootstrap, "token-secret": "0000000000000000" }],
    ["another id", { ...bootstrap, "token-id": "zzzzzz" }],
    ["no usage", { ...bootstrap, "usage-bootstrap-authentication": "false" }],
    ["a passed expiration", { ...bootstrap, expiration: "2025-12-31T00:00:00Z" }],
    ["an unreadable expiration", { ...bootstrap, expiration: "tomorrow" }],
    ["a foreign group", { ...bootstrap, "auth-extra-groups": "system:masters" }],
  ])("are refused with %s", async (_what, data) => {
    await expect(setup(secret(data)).authenticate(bearer("abcdef.0123456789abcdef"))).rejects.toMatchObject({
      code: 401,
    });
  });

  it("are refused when the Secret has another type", async () => {
    const authenticator = setup(secret(bootstrap, "Opaque"));
    await expect(authenticator.authenticate(bearer("abcdef.0123456789abcdef"))).rejects.toMatchObject({ code: 401 });
  });
});

describe("parseTokenFile", () => {
  it("reads upstream's CSV", () => {
    const users = parseTokenFile(
      'token1,user1,uid1\n# note\n\ntoken2,user2,uid2,"group1,group2"\n,nobody,x\ntoken1,later,uid9,group3\n',
    );
    expect([...users]).toEqual([
      ["token1", { name: "later", uid: "uid9", groups: ["group3"] }],
      ["token2", { name: "user2", uid: "uid2", groups: ["group1", "group2"] }],
    ]);
  });

  it.each([
    ["a,b", "token file 'f' must have at least 3 columns (token, user name, user uid), found 2"],
    ['a,b,"c', "token file 'f', line 1: stray quote"],
  ])("refuses %s", (csv, message) => {
    expect(() => parseTokenFile(csv, "f")).toThrow(message);
  });
});
