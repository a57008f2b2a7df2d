import { StatusError, type UserInfo } from "@pinnace/apimachinery";
import { createVirtualClock } from "@pinnace/clock";
import { createMetricRegistry } from "@pinnace/metrics";
import type { AuthorizationAttributes, Authorizer } from "@pinnace/rbac";
import { createMemoryStore, StoreError } from "@pinnace/store";
import { describe, expect, it } from "vitest";
import { startBuiltIn } from "./built-in.ts";
import { startServer } from "./harness.ts";

const SECRETS = "/api/v1/namespaces/default/secrets";
const alice: UserInfo = { name: "alice", groups: ["system:authenticated"] };

/** Allows what `may` allows and remembers what it was asked. */
function authorizer(
  may: (attributes: AuthorizationAttributes) => boolean,
): Authorizer & { asked: AuthorizationAttributes[] } {
  const asked: AuthorizationAttributes[] = [];
  return {
    asked,
    authorize: async (attributes) => {
      asked.push(attributes);
      return { decision: may(attributes) ? "allow" : "no-opinion", reason: "" };
    },
    rulesFor: async () => ({ rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }], incomplete: false }),
  };
}

describe("who asks", () => {
  it("is anonymous without credentials", async () => {
    const asked = authorizer(() => false);
    const { call } = await startServer(undefined, { authorizer: asked });
    const { status, body } = await call("GET", SECRETS);
    expect([status, body.message]).toEqual([
      403,
      'secrets is forbidden: User "system:anonymous" cannot list resource "secrets" in API group "" in the namespace "default"',
    ]);
  });

  it("is refused with a wrong token before anything else", async () => {
    const authenticate = async (): Promise<never> => {
      throw new StatusError(401, "Unauthorized", "bad token");
    };
    const { call } = await startServer(undefined, { authenticator: { authenticate } });
    expect(await call("GET", "/healthz")).toMatchObject({ status: 401, body: { message: "Unauthorized" } });
  });

  it("may be impersonated by those who have the right", async () => {
    const root: UserInfo = { name: "root", groups: [] };
    const asked = authorizer(
      ({ user, verb }) => user.name === "bob" || (user.name === "root" && verb === "impersonate"),
    );
    const { raw } = await startServer(undefined, { authorizer: asked });
    const headers = { "impersonate-user": "bob", "impersonate-group": "devs, ops" };
    expect((await raw("GET", SECRETS, { user: root, headers })).status).toBe(200);
    expect(asked.asked.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([
      "impersonate users bob",
      "impersonate groups devs",
      "impersonate groups ops",
      "list secrets ",
    ]);
    expect(asked.asked.at(-1)!.user).toEqual({ name: "bob", groups: ["devs", "ops", "system:authenticated"] });
    expect((await raw("GET", SECRETS, { user: alice, headers })).status).toBe(403);
    expect((await raw("GET", SECRETS, { user: root, headers: { "impersonate-group": "x" } })).status).toBe(400);
  });
});

describe("what is authorized", () => {
  it.each([
    ["GET", "/api/v1/namespaces/a/pods/p/exec", "create", "exec"],
    ["GET", "/api/v1/namespaces/a/pods/p/log", "get", "log"],
    ["POST", "/api/v1/namespaces/a/pods/p/eviction", "create", "eviction"],
    ["GET", "/healthz", "get", ""],
  ])("%s %s is %s %s", async (method, path, verb, subresource) => {
    const asked = authorizer(() => false);
    const { call } = await startBuiltIn({ authorizer: asked });
    expect((await call(method, path)).status).toBe(403);
    expect(asked.asked[0]).toMatchObject({ verb, subresource });
  });

  it("a PUT that creates needs the right to create", async () => {
    const { call } = await startBuiltIn({ authorizer: authorizer(({ verb }) => verb === "update") });
    const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/x";
    expect(await call("PUT", path, { metadata: { name: "x" } })).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('cannot create resource "leases"') },
    });
  });
});

describe("reviews", () => {
  const review = async (path: string, body: object, user: UserInfo = alice) => {
    const harness = await startBuiltIn({ authorizer: authorizer(({ verb }) => verb !== "delete") });
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const { body: answer } = await harness.raw("POST", path, { user, body: { bytes } });
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any kind
    return answer.type === "object" ? (answer.object as any) : undefined;
  };

  it("say what one may do", async () => {
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const ask = (verb: string) => review(path, { spec: { resourceAttributes: { verb, resource: "pods" } } });
    expect((await ask("get")).status).toEqual({ allowed: true });
    expect((await ask("delete")).status).toEqual({ allowed: false });
  });

  it("say who one is, and which rules one has", async () => {
    expect((await review("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})).status).toEqual({
      userInfo: { username: "alice", groups: ["system:authenticated"] },
    });
    const rules = await review("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", { spec: { namespace: "a" } });
    expect(rules.status.resourceRules).toHaveLength(1);
  });
});

describe("the answer", () => {
  it("is a Status for whatever goes wrong inside", async () => {
    const mutate = async (): Promise<never> => {
      throw new TypeError("a bug");
    };
    const { call } = await startServer(undefined, { admission: [{ name: "Broken", mutate }] });
    expect(await call("POST", SECRETS, { metadata: { name: "a" } })).toMatchObject({
      status: 500,
      body: { kind: "Status", message: "a bug" },
    });
  });

  it("is 504 when the store cannot tell whether a write was made", async () => {
    const store = createMemoryStore({ clock: createVirtualClock() });
    const { call } = await startServer(undefined, { store });
    store.commit = () => Promise.reject(new StoreError("OUTCOME_UNKNOWN", "etcd: it is not known"));
    const { status, body } = await call("POST", SECRETS, { metadata: { name: "a" } });
    expect([status, body.reason, body.message]).toEqual([504, "Timeout", "Timeout: etcd: it is not known"]);
  });

  it("is counted", async () => {
    const metrics = createMetricRegistry();
    const { call } = await startServer(undefined, { metrics });
    await call("GET", SECRETS);
    await call("GET", "/nothing/here");
    const { text } = await call("GET", "/metrics");
    expect(text).toMatch(/apiserver_request_total\{.*verb="LIST".*resource="secrets".*code="200".*\} 1/);
    expect(text).not.toContain("/nothing/here");
  });

  it("counts as long-running while it is watched", async () => {
    const metrics = createMetricRegistry();
    const { call, raw } = await startServer(undefined, { metrics });
    const { body } = await raw("GET", `${SECRETS}?watch=1`);
    const running = async () =>
      /apiserver_longrunning_requests\{.*verb="WATCH".*\} (\d)/.exec((await call("GET", "/metrics")).text)?.[1];
    const subscription = body.type === "watch" ? body.events.subscribe() : undefined;
    expect(await running()).toBe("1");
    subscription?.unsubscribe();
    expect(await running()).toBe("0");
  });

  it.each([
    ["GET", "/apis/nope/v1/x", 404],
    ["GET", "/api/v1/nope", 404],
    ["GET", "/api/v1//namespaces", 404],
    ["HEAD", `${SECRETS}/a`, 405],
    ["POST", `${SECRETS}/a`, 405],
    ["PUT", SECRETS, 405],
    ["DELETE", "/api/v1/secrets", 405],
    ["GET", "/version", 200],
    ["GET", "/readyz/etcd", 200],
    ["GET", "/readyz/nope", 404],
  ])("to %s %s is %d", async (method, path, status) => {
    const { call } = await startServer();
    expect((await call(method, path)).status).toBe(status);
  });
});
