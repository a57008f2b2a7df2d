import { describe, expect, it } from "vitest";
import {
  type AuthorizationAttributes,
  bootstrapPolicy,
  createNodeAuthorizer,
  createPrivilegedGroupAuthorizer,
  createRbacAuthorizer,
  createStaticRoleLookup,
  createUnionAuthorizer,
  nodeRules,
} from "../src/index.ts";
import { type GoldenStep, goldenCases } from "./golden.ts";

const RBAC_PATH = /^\/apis\/rbac\.authorization\.k8s\.io\/v1\/(?:namespaces\/([^/]+)\/)?([a-z]+)\/([^?]+)$/;
const KINDS: Record<string, string> = {
  clusterroles: "ClusterRole",
  clusterrolebindings: "ClusterRoleBinding",
  roles: "Role",
  rolebindings: "RoleBinding",
};

const roles = goldenCases("bootstrap-roles");
describe.skipIf(roles === undefined)("the default policy is upstream's", () => {
  const steps = (roles ?? []).flatMap(({ steps }) => steps);
  const single = steps.filter((step) => step.method === undefined && RBAC_PATH.test(step.path ?? ""));

  it.each(single.map((step) => [step.path ?? "", step] as const))("%s", (path, step) => {
    const [, namespace, resource = "", name] = RBAC_PATH.exec(path) ?? [];
    const found = bootstrapPolicy().find(
      ({ kind, metadata }) => kind === KINDS[resource] && metadata?.name === name && metadata?.namespace === namespace,
    );
    expect(found).toEqual(step.expect.body);
  });

  it.each(["clusterrolebindings", "roles", "rolebindings"])("has all %s", (resource) => {
    const step = steps.find(({ path }) => path?.includes(`/${resource}?labelSelector`));
    const key = ({ metadata }: { metadata?: { namespace?: string; name?: string } }) =>
      `${metadata?.namespace ?? ""}/${metadata?.name}`;
    const ours = bootstrapPolicy().filter(({ kind }) => kind === KINDS[resource]);
    expect(ours.map(key).sort()).toEqual(step?.expect.body.items.map(key).sort());
  });
});

const table = goldenCases("authorization-truth-table");
describe.skipIf(table === undefined)("decisions are upstream's", () => {
  it.each((table ?? []).map((golden) => [golden.name, golden.steps] as const))("%s", async (_name, steps) => {
    const written = steps.filter(({ method, path }) => method === "POST" && RBAC_PATH.test(`${path}/x`));
    const objects = written.map(({ path, body }) => ({
      ...body,
      metadata: { ...body.metadata, ...namespaceOf(path) },
    }));
    const lookup = createStaticRoleLookup([...bootstrapPolicy(), ...objects]);
    const relations = { ready: async () => undefined, isRelated: () => false };
    const authorizer = createUnionAuthorizer([
      createPrivilegedGroupAuthorizer(),
      createNodeAuthorizer({ relations, rules: nodeRules() }),
      createRbacAuthorizer(lookup),
    ]);
    for (const step of steps.filter(({ path }) => path?.endsWith("subjectaccessreviews"))) {
      const answer = await authorizer.authorize(attributesOf(step));
      const what = JSON.stringify(step.body.spec);
      expect(answer.decision === "allow", what).toBe(step.expect["status.allowed"]);
      if ("status.reason" in step.expect) expect(answer.reason, what).toBe(step.expect["status.reason"] ?? "");
    }
  });
});

function namespaceOf(path = ""): { namespace?: string } {
  const namespace = RBAC_PATH.exec(`${path}/x`)?.[1];
  return namespace === undefined ? {} : { namespace };
}

function attributesOf({ body }: GoldenStep): AuthorizationAttributes {
  const { user, groups = [], resourceAttributes, nonResourceAttributes } = body.spec;
  return {
    user: { name: user ?? "", groups },
    verb: "",
    resourceRequest: resourceAttributes !== undefined,
    path: "",
    group: "",
    version: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    ...resourceAttributes,
    ...nonResourceAttributes,
  };
}
