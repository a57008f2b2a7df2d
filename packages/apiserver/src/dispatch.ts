import type { ApiResponse, GroupHandler, ResourceDefinition, ResourceVerb } from "@pinnace/apimachinery";
import { noSuchResource, notFound, StatusError } from "@pinnace/apimachinery";
import { isCustom } from "./custom.ts";
import type { DefinitionRegistry } from "./definition-registry.ts";
import { checkAcceptable, JSON_OUTPUT, negotiate } from "./media/negotiation.ts";
import { textResponse } from "./media/responses.ts";
import type { RequestContext, ResourceRequest } from "./request-context.ts";
import type { RestContext } from "./rest/rest-context.ts";
import { storedVerbs } from "./rest/verbs.ts";

/** Answers a request for one subresource or virtual resource. */
export type ResourceHandler = (request: ResourceRequest) => Promise<ApiResponse>;

interface DispatchComponents {
  readonly registry: DefinitionRegistry;
  readonly rest: RestContext;
  /** By `group/resource/subresource`, or `group/resource` for virtual resources; the version does not matter. */
  readonly handlers: (key: string, request: ResourceRequest) => ResourceHandler | undefined;
  /** By path; a key that ends in `/` answers everything below it. */
  readonly paths: PathTable;
  /** Who answers for an API group that has no resources here. */
  readonly groups: (group: string) => GroupHandler | undefined;
  /** Answers for an API that another server serves; undefined when this one does. */
  readonly extension: (context: RequestContext) => Promise<ApiResponse> | undefined;
}

export interface PathTable {
  handle(context: RequestContext): Promise<ApiResponse> | undefined;
}

/** Finds who answers an authorized request. */
export function createDispatch(components: DispatchComponents): (context: RequestContext) => Promise<ApiResponse> {
  return async (context) => {
    const { info } = context;
    const elsewhere = components.extension(context);
    if (elsewhere !== undefined) return elsewhere;
    if (!info.resourceRequest) return (await components.paths.handle(context)) ?? unknownPath();
    const definition = components.registry.find(info.group, info.version, info.resource);
    if (definition === undefined) {
      const own = components.groups(info.group);
      if (own !== undefined) return own({ ...info, request: context.request, user: context.user });
      if (!components.registry.hasBuiltIn(info.group)) return unknownPath();
      throw noSuchResource();
    }
    if (isCustom(definition) && isOutOfScope(context, definition)) return unknownPath();
    if (definition.deprecation !== undefined) context.warnings.add(definition.deprecation);
    return dispatchResource(components, context, definition);
  };
}

function unknownPath(): ApiResponse {
  return textResponse(404, "404 page not found\n");
}

function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError(405, "MethodNotAllowed", message, {});
}

function dispatchResource(
  components: DispatchComponents,
  context: RequestContext,
  definition: ResourceDefinition,
): Promise<ApiResponse> {
  const { info, request } = context;
  checkScope(context, definition);
  const plainMethod = request.method !== "HEAD" && request.method !== "OPTIONS";
  if (!plainMethod && info.subresource !== "proxy") throw methodNotAllowed();
  const subresource = definition.subresources.find(({ name }) => name === info.subresource);
  if (info.subresource !== "" && subresource === undefined)
    throw isCustom(definition) ? notFound(definition.group, definition.resource, info.name) : noSuchResource();
  const key = `${definition.group}/${definition.resource}${info.subresource === "" ? "" : `/${info.subresource}`}`;
  const plain: ResourceRequest = { ...context, definition, output: JSON_OUTPUT };
  const handler = components.handlers(key, plain);
  const verbs = subresource?.verbs ?? definition.verbs;
  checkVerb(context, definition, verbs);
  if (handler !== undefined && HANDLES_CONTENT.has(info.subresource)) return handler(plain);
  checkAcceptable(request.headers.accept, info.verb === "watch" || info.verb === "list");
  const tables = definition.stored || info.verb !== "create";
  const output = negotiate(request.headers.accept, request.query, request.headers["user-agent"], { tables });
  const resourceRequest: ResourceRequest = { ...plain, output };
  if (handler !== undefined) return handler(resourceRequest);
  const verb = storedVerbs[info.verb];
  if (verb === undefined || !definition.stored) throw methodNotAllowed();
  return verb(components.rest, resourceRequest);
}

/** Subresources that answer in media types of their own. */
const HANDLES_CONTENT = new Set(["log", "exec", "attach", "portforward", "proxy"]);

/** A cluster kind in a namespace. */
function isOutOfScope({ info }: RequestContext, definition: ResourceDefinition): boolean {
  const own = definition.group === "" && definition.resource === "namespaces";
  return !definition.namespaced && info.namespace !== "" && !own;
}

/** Paths that no route has: cluster kinds in a namespace, objects without their namespace, empty segments. */
function checkScope(context: RequestContext, definition: ResourceDefinition): void {
  const { info } = context;
  if (isOutOfScope(context, definition)) throw noSuchResource();
  const named = info.name !== "" && !info.nameFromSelector;
  if (definition.namespaced && info.namespace === "" && named && info.verb !== "watch") throw noSuchResource();
  if (info.path.includes("//")) throw noSuchResource();
}

function checkVerb({ info }: RequestContext, definition: ResourceDefinition, verbs: readonly ResourceVerb[]): void {
  const allowed = verbs as readonly string[];
  if (info.subresource !== "") {
    // OPTIONS has no verb; it goes where a proxy leads.
    const connects = allowed.includes("connect") || (info.subresource === "proxy" && info.verb === "");
    if (!connects && !allowed.includes(info.verb)) throw methodNotAllowed();
    return;
  }
  if (!allowed.includes(info.verb)) throw methodNotAllowed();
  const named = info.name !== "" && !info.nameFromSelector;
  if (info.verb === "create" && named) throw methodNotAllowed();
  if ((info.verb === "update" || info.verb === "patch") && !named) throw methodNotAllowed();
  const everywhere = definition.namespaced && info.namespace === "";
  if (everywhere && info.verb !== "list" && info.verb !== "watch" && definition.stored) throw methodNotAllowed();
}
