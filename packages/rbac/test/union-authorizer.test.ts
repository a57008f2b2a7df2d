import { describe, expect, it } from "vitest";
import {
  type AuthorizationAttributes,
  type Authorizer,
  createAlwaysAllowAuthorizer,
  createPrivilegedGroupAuthorizer,
  createRbacAuthorizer,
  createStaticRoleLookup,
  createUnionAuthorizer,
} from "../src/index.ts";

const asked: AuthorizationAttributes = {
  user: { name: "zoe", groups: ["devs"] },
  verb: "get",
  resourceRequest: true,
  path: "",
  group: "",
  version: "v1",
  resource: "pods",
  subresource: "",
  namespace: "ns",
  name: "",
};
const answering = (decision: "allow" | "deny" | "no-opinion", reason: string): Authorizer => ({
  authorize: async () => ({ decision, reason }),
  rulesFor: async () => ({ rules: [{ verbs: [reason] }], incomplete: true, evaluationError: reason }),
});

describe("createUnionAuthorizer", () => {
  it("takes the first opinion, else all reasons", async () => {
    const silent = [answering("no-opinion", "a"), answering("no-opinion", ""), answering("no-opinion", "b")];
    expect(await createUnionAuthorizer(silent).authorize(asked)).toEqual({ decision: "no-opinion", reason: "a\nb" });
    const denied = createUnionAuthorizer([...silent, answering("deny", "c"), answering("allow", "d")]);
    expect(await denied.authorize(asked)).toEqual({ decision: "deny", reason: "c" });
  });

  it("goes on after a member that fails", async () => {
    const failing: Authorizer = {
      ...answering("allow", ""),
      authorize: () => Promise.reject(new Error("no roles yet")),
    };
    expect(await createUnionAuthorizer([failing]).authorize(asked)).toEqual({
      decision: "no-opinion",
      reason: "no roles yet",
    });
    const rest = createUnionAuthorizer([failing, createAlwaysAllowAuthorizer()]);
    expect((await rest.authorize(asked)).decision).toBe("allow");
  });

  it("joins rules", async () => {
    const union = createUnionAuthorizer([
      answering("allow", "a"),
      createPrivilegedGroupAuthorizer(),
      answering("deny", "b"),
    ]);
    expect(await union.rulesFor(asked.user, "ns")).toEqual({
      rules: [{ verbs: ["a"] }, { verbs: ["b"] }],
      incomplete: true,
      evaluationError: "[a, b]",
    });
  });
});

describe("createRbacAuthorizer", () => {
  const roleRef = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });
  const lookup = createStaticRoleLookup([
    { metadata: { name: "reader" }, rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods", "*/scale"] }] },
    {
      metadata: { name: "b", namespace: "ns" },
      roleRef: roleRef("ClusterRole", "reader"),
      subjects: [{ kind: "ServiceAccount", name: "s" }],
    },
    {
      metadata: { name: "lost" },
      roleRef: roleRef("ClusterRole", "gone"),
      subjects: [{ kind: "Group", name: "devs" }],
    },
  ]);
  const authorizer = createRbacAuthorizer(lookup);
  const account = { name: "system:serviceaccount:ns:s", groups: [] };

  it("says through which binding", async () => {
    expect(await authorizer.authorize({ ...asked, user: account })).toEqual({
      decision: "allow",
      reason: 'RBAC: allowed by RoleBinding "b/ns" of ClusterRole "reader" to ServiceAccount "s/ns"',
    });
    const scale = { ...asked, user: account, resource: "deployments", group: "", subresource: "scale" };
    expect((await authorizer.authorize(scale)).decision).toBe("allow");
    expect((await authorizer.authorize({ ...scale, namespace: "other" })).decision).toBe("no-opinion");
  });

  it("names roles that are missing", async () => {
    const reason = 'clusterrole.rbac.authorization.k8s.io "gone" not found';
    expect(await authorizer.authorize(asked)).toEqual({ decision: "no-opinion", reason: `RBAC: ${reason}` });
    expect(await authorizer.rulesFor(asked.user, "ns")).toEqual({
      rules: [],
      incomplete: false,
      evaluationError: reason,
    });
  });
});
