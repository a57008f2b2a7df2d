import type { ApiRequest, ResourceDefinition, UserInfo } from "@pinnace/apimachinery";
import type { AuditEvent } from "./audit-event.ts";
import type { Output } from "./media/negotiation.ts";
import type { RequestInfo } from "./request-info.ts";
import type { Warnings } from "./warnings.ts";

/** A request on its way through the server: what is known about it so far. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly warnings: Warnings;
  readonly audit: AuditEvent;
}

/** A request for a resource that exists. */
export interface ResourceRequest extends RequestContext {
  readonly definition: ResourceDefinition;
  readonly output: Output;
}
