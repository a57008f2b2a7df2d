import type { ApiHandler, ApiRequest, ApiResponse, UserInfo } from "@pinnace/apimachinery";
import { badRequest, statusErrorOf, unauthorized } from "@pinnace/apimachinery";
import type { Authenticator } from "@pinnace/authentication";
import type { Clock } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { Authorizer } from "@pinnace/rbac";
import { defer, finalize } from "rxjs";
import { AuditEvent } from "./audit-event.ts";
import { attributesOf, forbiddenFor } from "./authorization.ts";
import { impersonate } from "./impersonation.ts";
import { negotiateStatus } from "./media/negotiation.ts";
import { objectResponse } from "./media/responses.ts";
import type { RequestContext } from "./request-context.ts";
import { parseRequest, type RequestInfo } from "./request-info.ts";
import type { ServerMetrics } from "./server-metrics.ts";
import { withStatus } from "./store-status.ts";
import { Warnings } from "./warnings.ts";

interface PipelineComponents {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ServerMetrics;
  readonly uuid: () => string;
  readonly authenticator: Authenticator | undefined;
  readonly authorizer: Authorizer | undefined;
  /** Answers an authorized request; may throw a StatusError. */
  readonly dispatch: (context: RequestContext) => Promise<ApiResponse>;
}

const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** The way of a request: authenticate, impersonate, authorize, dispatch. The result never rejects. */
export function createPipeline(components: PipelineComponents): ApiHandler {
  return async (request) => {
    const started = components.clock.now();
    const auditId = request.headers["audit-id"] ?? components.uuid();
    const warnings = new Warnings();
    const info = parseRequest(request.method, request.path, request.query);
    let response: ApiResponse;
    try {
      response = await answer(components, request, info, new AuditEvent(auditId), warnings);
    } catch (error) {
      response = failure(components, request, error);
    }
    components.metrics.observe(info, request, response, components.clock.now() - started);
    return withCommonHeaders(countWatch(components, info, request, response), auditId, warnings);
  };
}

/** A watch counts as running from its subscription to its end. */
function countWatch(
  { metrics }: PipelineComponents,
  info: RequestInfo | undefined,
  request: ApiRequest,
  response: ApiResponse,
): ApiResponse {
  const { body } = response;
  if (body.type !== "watch" || info === undefined) return response;
  const events = defer(() => {
    metrics.longRunning(info, request, 1);
    return body.events.pipe(finalize(() => metrics.longRunning(info, request, -1)));
  });
  return { ...response, body: { ...body, events } };
}

async function answer(
  components: PipelineComponents,
  request: ApiRequest,
  info: RequestInfo | undefined,
  audit: AuditEvent,
  warnings: Warnings,
): Promise<ApiResponse> {
  if (info === undefined) throw badRequest("invalid URL escape in the request path");
  const caller = await authenticate(components, request);
  const user = await impersonate(request, caller, components.authorizer);
  const context: RequestContext = { request, info, user, audit, warnings };
  await authorize(components, context);
  return components.dispatch(context);
}

async function authenticate({ authenticator }: PipelineComponents, request: ApiRequest): Promise<UserInfo> {
  if (authenticator === undefined) return request.user ?? ANONYMOUS;
  try {
    return (await authenticator.authenticate(request))?.user ?? request.user ?? ANONYMOUS;
  } catch (error) {
    const failed = statusErrorOf(error);
    throw failed.code === 401 ? unauthorized() : failed;
  }
}

async function authorize({ authorizer }: PipelineComponents, context: RequestContext): Promise<void> {
  if (authorizer === undefined) return;
  const attributes = attributesOf(context);
  const { decision, reason } = await authorizer.authorize(attributes);
  if (decision === "allow") return;
  throw forbiddenFor(attributes, reason);
}

function failure({ logger }: PipelineComponents, request: ApiRequest, error: unknown): ApiResponse {
  const failed = statusErrorOf(withStatus(error));
  if (failed !== error)
    logger.error("a request failed unexpectedly", { method: request.method, path: request.path, error });
  const output = negotiateStatus(request.headers.accept, request.query, request.headers["user-agent"]);
  const retry = failed.status.details?.retryAfterSeconds;
  const token = (error as { continue?: string }).continue;
  const status = token === undefined ? failed.status : { ...failed.status, metadata: { continue: token } };
  const response = objectResponse(failed.code, status, output);
  return retry === undefined
    ? response
    : { ...response, headers: { ...response.headers, "retry-after": String(retry) } };
}

function withCommonHeaders(response: ApiResponse, auditId: string, warnings: Warnings): ApiResponse {
  const warning = warnings.header();
  return {
    ...response,
    headers: {
      "audit-id": auditId,
      "cache-control": "no-cache, private",
      ...(warning === undefined ? {} : { warning }),
      ...response.headers,
    },
  };
}
