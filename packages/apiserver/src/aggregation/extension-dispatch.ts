import type { ApiResponse } from "@pinnace/apimachinery";
import type { RequestContext } from "../request-context.ts";
import type { RestContext } from "../rest/rest-context.ts";
import type { ExtensionTransport } from "./extension-transport.ts";
import type { Extensions } from "./extensions.ts";
import { proxyExtension } from "./proxy-extension.ts";

/** `/apis/<group>/<version>`, the resource list itself. */
const RESOURCE_LIST = /^\/apis\/([^/]+)\/([^/]+)\/?$/;
const OPENAPI = /^\/openapi\/v3\/apis\/([^/]+)\/([^/]+)\/?$/;

/** Answers requests for APIs that others serve: for their resources, their list of resources, and their OpenAPI. */
export function extensionDispatch(
  rest: RestContext,
  extensions: Extensions,
  transport: ExtensionTransport | undefined,
): (context: RequestContext) => Promise<ApiResponse> | undefined {
  return ({ info, request, user }) => {
    if (extensions.isEmpty) return undefined;
    const [, group = info.group, version = info.version] = info.resourceRequest
      ? []
      : (RESOURCE_LIST.exec(info.path) ?? OPENAPI.exec(info.path) ?? []);
    const extension = version === "" ? undefined : extensions.find(group, version);
    return extension && proxyExtension(rest, transport, extension.apiService, request, user);
  };
}
