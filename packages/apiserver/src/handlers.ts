import { formatTime, type StoredSubresource } from "@pinnace/apimachinery";
import type { ResourceHandler } from "./dispatch.ts";
import type { ApiServerComponents } from "./options.ts";
import type { ResourceRequest } from "./request-context.ts";
import type { RestContext } from "./rest/rest-context.ts";
import { reviewAccess, reviewRules, reviewSelf } from "./reviews/access.ts";
import { componentStatuses } from "./reviews/component-status.ts";
import { reviewToken } from "./reviews/token.ts";
import { bindPod } from "./subresources/binding.ts";
import { connectPod } from "./subresources/connect.ts";
import { evictPod } from "./subresources/eviction.ts";
import { podLog } from "./subresources/log.ts";
import { proxyNode, proxyPod, proxyService } from "./subresources/proxy.ts";
import { scale } from "./subresources/scale.ts";
import { requestToken } from "./subresources/token-request.ts";

const AUTHORIZATION = "authorization.k8s.io";

/** Who answers subresources and virtual resources, by `group/resource[/subresource]`. */
export function createHandlers(
  rest: RestContext,
  components: ApiServerComponents,
): (key: string, request: ResourceRequest) => ResourceHandler | undefined {
  const { nodes, authorizer, tokenIssuer, tokenReviewer, proxy } = components;
  const bind: ResourceHandler = (request) => bindPod(rest, request);
  const connect: ResourceHandler = (request) => connectPod(rest, nodes, request);
  const access: ResourceHandler = (request) => reviewAccess(authorizer, request);
  const handlers: Readonly<Record<string, ResourceHandler>> = {
    "/bindings": bind,
    "/pods/binding": bind,
    "/pods/eviction": (request) => evictPod(rest, request),
    "/pods/log": (request) => podLog(rest, nodes, request),
    "/pods/exec": connect,
    "/pods/attach": connect,
    "/pods/portforward": connect,
    "/pods/proxy": (request) => proxyPod(rest, proxy, request),
    "/services/proxy": (request) => proxyService(rest, proxy, request),
    "/nodes/proxy": (request) => proxyNode(rest, nodes, request),
    "/serviceaccounts/token": (request) => requestToken(rest, tokenIssuer, request),
    "/componentstatuses": (request) => componentStatuses(rest, request),
    [`${AUTHORIZATION}/selfsubjectaccessreviews`]: access,
    [`${AUTHORIZATION}/subjectaccessreviews`]: access,
    [`${AUTHORIZATION}/localsubjectaccessreviews`]: access,
    [`${AUTHORIZATION}/selfsubjectrulesreviews`]: (request) => reviewRules(authorizer, request),
    "authentication.k8s.io/selfsubjectreviews": (request) => reviewSelf(request, formatTime(rest.clock.now())),
    "authentication.k8s.io/tokenreviews": (request) => reviewToken(tokenReviewer, request),
  };
  return (key, { definition, info }) => {
    const handler = handlers[key];
    if (handler !== undefined || info.subresource === "") return handler;
    const subresource = definition.subresources.find(({ name }) => name === info.subresource);
    const paths = (subresource as StoredSubresource | undefined)?.scale;
    return paths === undefined ? undefined : (request) => scale(rest, request, paths);
  };
}
