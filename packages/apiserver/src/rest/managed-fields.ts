import type { Draft, KubernetesObject } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";

/** Records that the request's manager set what differs between `old` and `draft`. */
export function managedOnUpdate(
  rest: RestContext,
  request: ResourceRequest,
  old: KubernetesObject | undefined,
  draft: Draft,
  manager: string,
): void {
  void [rest, request, old, draft, manager];
}
