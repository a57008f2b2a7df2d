import { describe, expect, it } from "vitest";
import {
  bootstrapPolicy,
  createEscalationCheck,
  createRbacAuthorizer,
  createStaticRoleLookup,
  type PolicyRule,
} from "../src/index.ts";

const group = "rbac.authorization.k8s.io";
const rule = (verbs: string, resources: string, apiGroups = "", resourceNames?: string): PolicyRule => ({
  verbs: verbs.split(" "),
  apiGroups: [apiGroups],
  resources: resources.split(" "),
  ...(resourceNames === undefined ? {} : { resourceNames: [resourceNames] }),
});
const role = (name: string, ...rules: PolicyRule[]) => ({ kind: "Role", metadata: { name, namespace: "ns" }, rules });
const bind = (name: string, kind = "Role") => ({
  kind: "RoleBinding",
  metadata: { name, namespace: "ns" },
  roleRef: { apiGroup: group, kind, name },
  subjects: [{ kind: "User", name: "zoe" }],
});
const zoe = { name: "zoe", groups: ["system:authenticated"] };
const request = { user: zoe, resource: "roles", namespace: "ns", name: "x" } as const;
const ownRights = role("r", rule("get list", "pods"));

function setup(...objects: Parameters<typeof createStaticRoleLookup>[0][]) {
  const lookup = createStaticRoleLookup([
    ...bootstrapPolicy(),
    ownRights,
    bind("r"),
    ...objects.flatMap((o) => [...o]),
  ]);
  return createEscalationCheck({ lookup, authorizer: createRbacAuthorizer(lookup) });
}

const refusal = (...lines: string[]) =>
  `user "zoe" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n${lines.join("\n")}`;

describe("checkRole", () => {
  it.each([
    ["own rights", [rule("get", "pods")]],
    ["own rights for one name", [rule("get", "pods", "", "one")]],
    ["no rights", []],
  ])("lets grant %s", async (_what, rules) => {
    await expect(setup().checkRole(request, rules)).resolves.toBeUndefined();
  });

  it.each([
    ["everything", [rule("*", "*", "*")], ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}']],
    [
      "several verbs, put together",
      [rule("get list", "secrets")],
      ['{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'],
    ],
    ["only what is missing", [rule("get create", "pods")], ['{APIGroups:[""], Resources:["pods"], Verbs:["create"]}']],
    [
      "names and paths",
      [rule("get", "secrets", "", "a"), { verbs: ["get"], nonResourceURLs: ["/metrics"] }],
      [
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
        '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
      ],
    ],
  ])("refuses %s", async (_what, rules, lines) => {
    await expect(setup().checkRole(request, rules)).rejects.toMatchObject({
      code: 403,
      message: `roles.${group} "x" is forbidden: ${refusal(...lines)}`,
      status: { details: { group, kind: "roles", name: "x" } },
    });
  });

  it("names bindings whose role is missing", async () => {
    await expect(setup([bind("gone")]).checkRole(request, [rule("get", "secrets")])).rejects.toThrow(
      'Verbs:["get"]}; resolution errors: [role.rbac.authorization.k8s.io "gone" not found]',
    );
  });

  it("lets system:masters and holders of escalate do anything", async () => {
    const masters = { ...request, user: { name: "root", groups: ["system:masters"] } };
    await expect(setup().checkRole(masters, [rule("*", "*", "*")])).resolves.toBeUndefined();
    const check = setup([role("e", rule("escalate", "roles", group)), bind("e")]);
    await expect(check.checkRole(request, [rule("get", "secrets")])).resolves.toBeUndefined();
  });
});

describe("checkBinding", () => {
  const binding = { user: zoe, resource: "rolebindings", namespace: "ns", name: "b" } as const;
  const strong = role("strong", rule("get", "secrets"));
  const ref = (name: string, kind = "Role") => ({ apiGroup: group, kind, name });

  it("compares with the rights of the role", async () => {
    await expect(setup([strong]).checkBinding(binding, ref("r"))).resolves.toBeUndefined();
    await expect(setup([strong]).checkBinding(binding, ref("strong"))).rejects.toThrow(
      refusal('{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'),
    );
    await expect(setup().checkBinding(binding, ref("cluster-admin", "ClusterRole"))).rejects.toThrow(
      refusal('{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', '{NonResourceURLs:["*"], Verbs:["*"]}'),
    );
  });

  it("lets holders of bind do it, by name", async () => {
    const check = setup([
      strong,
      role("other", rule("get", "secrets")),
      role("b", rule("bind", "roles", group, "strong")),
      bind("b"),
    ]);
    await expect(check.checkBinding(binding, ref("strong"))).resolves.toBeUndefined();
    await expect(check.checkBinding(binding, ref("other"))).rejects.toMatchObject({ code: 403 });
  });

  it("does not find a missing role", async () => {
    await expect(setup().checkBinding(binding, ref("nope"))).rejects.toMatchObject({
      code: 404,
      message: `rolebindings.${group} "nope" not found`,
    });
  });
});
