import type { ApiRequest, ResourceType } from "@pinnace/apimachinery";
import { apiVersionOf } from "@pinnace/apimachinery";
import type { ClientIdentity, Selector } from "./client.ts";

/** The version that the user agent of in-process components names. */
const USER_AGENT_VERSION = "v1.36.3+pinnace.0";

/** What differs between two requests of one client. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Completes a request with the identity's headers and user. */
export function apiRequest(identity: ClientIdentity, parts: RequestParts): ApiRequest {
  const { body } = parts;
  const headers: Record<string, string> = {
    accept: "application/json",
    "user-agent": `${identity.program}/${USER_AGENT_VERSION}`,
    ...parts.headers,
  };
  if (body !== undefined) headers["content-type"] ??= parts.contentType ?? "application/json";
  return {
    method: parts.method,
    path: parts.path,
    query: parts.query ?? new URLSearchParams(),
    headers,
    signal: parts.signal ?? new AbortController().signal,
    ...(body === undefined ? {} : { body: body instanceof Uint8Array ? { bytes: body } : { object: body } }),
    ...(identity.user === undefined ? {} : { user: identity.user }),
  };
}

/** `/api/v1/namespaces/default/pods/p/status`; a name or namespace of undefined is left out. */
export function resourcePath(
  type: ResourceType,
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${apiVersionOf(type)}`;
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const item = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${type.resource}${item}${subresource === undefined ? "" : `/${subresource}`}`;
}

/** The query of a list, watch or collection deletion: absent options are left out. */
export function queryOf(options: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const name in options) {
    const value = options[name];
    if (value !== undefined && value !== false && value !== "") query.set(name, String(value));
  }
  return query;
}

/** The selectors alone, without whatever else the options object holds. */
export function selectorQuery(selector: Selector): Record<string, string | undefined> {
  return { labelSelector: selector.labelSelector, fieldSelector: selector.fieldSelector };
}
