import { type ApiRequest, forbidden } from "@pinnace/apimachinery";
import type { AuthorizationAttributes } from "@pinnace/rbac";
import type { RequestContext } from "./request-context.ts";
import type { RequestInfo } from "./request-info.ts";

/** What the authorizer is asked. Connecting to a pod (exec, attach, port-forward) counts as `create`, whatever the method. */
export function attributesOf({ info, user, request }: RequestContext): AuthorizationAttributes {
  const connects =
    info.resource === "pods" && info.subresource !== "" && CONNECTIONS.has(info.subresource) && info.verb === "get";
  return {
    user,
    verb: connects ? "create" : info.verb,
    resourceRequest: info.resourceRequest,
    path: info.path,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    ...selectorsOf(info, request),
  };
}

const CONNECTIONS = new Set(["exec", "attach", "portforward"]);
const SELECTING = new Set(["list", "watch", "deletecollection"]);

function selectorsOf(
  info: RequestInfo,
  request: ApiRequest,
): Pick<AuthorizationAttributes, "labelSelector" | "fieldSelector"> {
  if (!SELECTING.has(info.verb)) return {};
  const labelSelector = request.query.get("labelSelector") ?? "";
  const fieldSelector = request.query.get("fieldSelector") ?? "";
  return { ...(labelSelector === "" ? {} : { labelSelector }), ...(fieldSelector === "" ? {} : { fieldSelector }) };
}

/** 403 in upstream's words: `User "alice" cannot list resource "pods" in API group "" in the namespace "default"`. */
export function forbiddenFor(attributes: AuthorizationAttributes, reason: string): Error {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const suffix = reason === "" ? "" : `: ${reason}`;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (!attributes.resourceRequest) return forbidden("", "", "", `${who} path ${JSON.stringify(path)}${suffix}`);
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const why = `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${scope}${suffix}`;
  return forbidden(group, resource, name, why);
}
