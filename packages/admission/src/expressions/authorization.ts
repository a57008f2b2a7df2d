import type { UserInfo } from "@pinnace/apimachinery";
import type { AuthorizationCheck, AuthorizationCheckFunction } from "@pinnace/cel";
import { messageOf } from "@pinnace/errors";
import type { AuthorizationAttributes, Authorizer } from "@pinnace/rbac";

/** What the `authorizer` of an expression asks: the server's authorizer, about the user of the request or a service account. */
export function authorizationOf(authorizer: Authorizer, user: UserInfo): AuthorizationCheckFunction {
  return async (check) => {
    try {
      const { decision, reason } = await authorizer.authorize(attributesOf(check, user));
      return { allowed: decision === "allow", reason };
    } catch (error) {
      return { allowed: false, reason: "", error: messageOf(error) };
    }
  };
}

function attributesOf(check: AuthorizationCheck, caller: UserInfo): AuthorizationAttributes {
  const user = check.serviceAccount === undefined ? caller : serviceAccountUser(check.serviceAccount);
  const { verb, path, group = "", resource = "", subresource = "", namespace = "", name = "" } = check;
  const about = { group, resource, subresource, namespace, name };
  if (path !== undefined) return { user, verb, resourceRequest: false, path, version: "", ...about };
  return {
    ...{ user, verb, resourceRequest: true, path: "", version: "*", ...about },
    ...(check.labelSelector === undefined ? {} : { labelSelector: check.labelSelector }),
    ...(check.fieldSelector === undefined ? {} : { fieldSelector: check.fieldSelector }),
  };
}

function serviceAccountUser({ namespace, name }: { readonly namespace: string; readonly name: string }): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`],
  };
}
