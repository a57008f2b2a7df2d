import type { UserInfo } from "@pinnace/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "@pinnace/rbac";
import { describe, expect, it } from "vitest";
import { impersonate } from "../src/impersonation.ts";

const root: UserInfo = { name: "root", groups: ["system:masters"] };

/** Whom `headers` make of the caller, and what was asked for that. */
async function become(
  headers: Record<string, string>,
  may: (question: AuthorizationAttributes) => boolean = () => true,
) {
  const asked: AuthorizationAttributes[] = [];
  const authorizer: Authorizer = {
    authorize: async (attributes) => {
      asked.push(attributes);
      return { decision: may(attributes) ? "allow" : "no-opinion", reason: "" };
    },
    rulesFor: async () => ({ rules: [], incomplete: false }),
  };
  const request = {
    method: "GET",
    path: "/",
    query: new URLSearchParams(),
    headers,
    signal: new AbortController().signal,
  };
  const user = await impersonate(request, root, authorizer);
  const questions = asked.map(
    ({ group, resource, subresource, namespace, name }) =>
      `${[group, resource, subresource].filter(Boolean).join("/")} ${namespace ? `${namespace}/` : ""}${name}`,
  );
  return { user, questions };
}

describe("the identity that headers ask for", () => {
  it.each<[string, Record<string, string>, UserInfo, string[]]>([
    ["nobody", {}, root, []],
    ["a user", { "impersonate-user": "bob" }, { name: "bob", groups: ["system:authenticated"] }, ["users bob"]],
    [
      "a user in groups",
      { "impersonate-user": "bob", "impersonate-group": "devs, ops" },
      { name: "bob", groups: ["devs", "ops", "system:authenticated"] },
      ["users bob", "groups devs", "groups ops"],
    ],
    [
      "a user who is authenticated already",
      { "impersonate-user": "bob", "impersonate-group": "system:authenticated" },
      { name: "bob", groups: ["system:authenticated"] },
      ["users bob", "groups system:authenticated"],
    ],
    [
      "a user who is not authenticated",
      { "impersonate-user": "bob", "impersonate-group": "system:unauthenticated" },
      { name: "bob", groups: ["system:unauthenticated"] },
      ["users bob", "groups system:unauthenticated"],
    ],
    [
      "nobody in particular",
      { "impersonate-user": "system:anonymous" },
      { name: "system:anonymous", groups: ["system:unauthenticated"] },
      ["users system:anonymous"],
    ],
    [
      "a service account",
      { "impersonate-user": "system:serviceaccount:ns:sa" },
      {
        name: "system:serviceaccount:ns:sa",
        groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
      },
      ["serviceaccounts ns/sa"],
    ],
    [
      "a service account in groups of the caller's choice",
      { "impersonate-user": "system:serviceaccount:ns:sa", "impersonate-group": "g" },
      { name: "system:serviceaccount:ns:sa", groups: ["g", "system:authenticated"] },
      ["serviceaccounts ns/sa", "groups g"],
    ],
    [
      "what only looks like a service account",
      { "impersonate-user": "system:serviceaccount:ns" },
      { name: "system:serviceaccount:ns", groups: ["system:authenticated"] },
      ["users system:serviceaccount:ns"],
    ],
    [
      "a uid and more",
      {
        "impersonate-user": "bob",
        "impersonate-uid": "7",
        "impersonate-extra-a%2fb": "x,y",
        "impersonate-extra-%zz": "z",
      },
      { name: "bob", groups: ["system:authenticated"], uid: "7", extra: { "a/b": ["x", "y"], "%zz": ["z"] } },
      [
        "users bob",
        "authentication.k8s.io/uids 7",
        "authentication.k8s.io/userextras/a/b x",
        "authentication.k8s.io/userextras/a/b y",
        "authentication.k8s.io/userextras/%zz z",
      ],
    ],
  ])("is %s", async (_name, headers, user, questions) => {
    expect(await become(headers)).toEqual({ user, questions });
  });

  it.each([
    [
      "users",
      { "impersonate-user": "bob" },
      'users "bob" is forbidden: User "root" cannot impersonate resource "users" in API group "" at the cluster scope',
    ],
    [
      "groups",
      { "impersonate-user": "bob", "impersonate-group": "g" },
      'groups "g" is forbidden: User "root" cannot impersonate resource "groups"',
    ],
    [
      "uids",
      { "impersonate-user": "bob", "impersonate-uid": "7" },
      'cannot impersonate resource "uids" in API group "authentication.k8s.io"',
    ],
    [
      "userextras",
      { "impersonate-user": "bob", "impersonate-extra-a": "b" },
      'cannot impersonate resource "userextras/a"',
    ],
    [
      "serviceaccounts",
      { "impersonate-user": "system:serviceaccount:ns:sa" },
      'cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
    ],
  ])("must not be taken without the right to %s", async (resource, headers, message) => {
    await expect(
      become(headers as Record<string, string>, (question) => question.resource !== resource),
    ).rejects.toThrow(message);
  });

  it.each([[{ "impersonate-group": "g" }], [{ "impersonate-uid": "1" }], [{ "impersonate-extra-a": "b" }]])(
    "needs a user beside %j",
    async (headers) => {
      await expect(become(headers as Record<string, string>)).rejects.toMatchObject({ code: 400 });
    },
  );
});
