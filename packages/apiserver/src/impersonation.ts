import type { ApiRequest, UserInfo } from "@pinnace/apimachinery";
import { badRequest } from "@pinnace/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "@pinnace/rbac";
import { forbiddenFor } from "./authorization.ts";

interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

const EXTRA_PREFIX = "impersonate-extra-";
const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";
const ANONYMOUS = "system:anonymous";
const AUTHENTICATED = "system:authenticated";
const UNAUTHENTICATED = "system:unauthenticated";

/** The identity that `Impersonate-*` headers ask for, when the caller may; else the caller. Throws 400 and 403. */
export async function impersonate(
  request: ApiRequest,
  caller: UserInfo,
  authorizer: Authorizer | undefined,
): Promise<UserInfo> {
  const wanted = read(request.headers);
  if (wanted === undefined) return caller;
  for (const attributes of questions(wanted, caller)) {
    const { decision, reason } = (await authorizer?.authorize(attributes)) ?? { decision: "allow", reason: "" };
    if (decision !== "allow") throw forbiddenFor(attributes, reason);
  }
  return identity(wanted);
}

function read(headers: ApiRequest["headers"]): Impersonation | undefined {
  const user = headers["impersonate-user"] ?? "";
  const uid = headers["impersonate-uid"] ?? "";
  const groups = values(headers["impersonate-group"]);
  const extra: Record<string, readonly string[]> = {};
  for (const name in headers)
    if (name.startsWith(EXTRA_PREFIX)) extra[extraKey(name.slice(EXTRA_PREFIX.length))] = values(headers[name]);
  if (user === "" && (uid !== "" || groups.length > 0 || Object.keys(extra).length > 0))
    throw badRequest(`requested ${JSON.stringify({ uid, groups, extra })} without impersonating a user`);
  return user === "" ? undefined : { user, uid, groups, extra };
}

/** Keys are percent-encoded; one that is malformed is taken as it is. */
function extraKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Repeated headers arrive joined by commas. */
function values(header: string | undefined): string[] {
  return header === undefined || header === "" ? [] : header.split(",").map((value) => value.trim());
}

/** What the caller must be allowed to `impersonate`, one question each. */
function questions(wanted: Impersonation, caller: UserInfo): AuthorizationAttributes[] {
  const ask = (
    resource: string,
    name: string,
    more: Partial<AuthorizationAttributes> = {},
  ): AuthorizationAttributes => ({
    user: caller,
    verb: "impersonate",
    resourceRequest: true,
    path: "",
    group: "",
    version: "v1",
    resource,
    subresource: "",
    namespace: "",
    name,
    ...more,
  });
  const account = serviceAccountOf(wanted.user);
  const authentication = { group: "authentication.k8s.io" };
  return [
    account === undefined
      ? ask("users", wanted.user)
      : ask("serviceaccounts", account.name, { namespace: account.namespace }),
    ...wanted.groups.map((group) => ask("groups", group)),
    ...(wanted.uid === "" ? [] : [ask("uids", wanted.uid, authentication)]),
    ...Object.entries(wanted.extra).flatMap(([key, list]) =>
      list.map((value) => ask("userextras", value, { ...authentication, subresource: key })),
    ),
  ];
}

function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const [namespace, name, ...rest] = user.slice(SERVICE_ACCOUNT_PREFIX.length).split(":");
  return namespace && name && rest.length === 0 ? { namespace, name } : undefined;
}

function identity({ user, uid, groups, extra }: Impersonation): UserInfo {
  const account = serviceAccountOf(user);
  const own =
    groups.length === 0 && account !== undefined
      ? ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`]
      : [...groups];
  if (user === ANONYMOUS) {
    if (!own.includes(UNAUTHENTICATED)) own.push(UNAUTHENTICATED);
  } else if (!own.includes(AUTHENTICATED) && !own.includes(UNAUTHENTICATED)) own.push(AUTHENTICATED);
  return {
    name: user,
    groups: own,
    ...(uid === "" ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
