import { serviceEndpoint } from "@pinnace/admission";
import type { ApiRequest, ApiResponse, Draft, UserInfo } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import { textResponse } from "../media/responses.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { serverView } from "../rest/server-view.ts";
import { bytesOf } from "./body.ts";
import type { ExtensionTransport } from "./extension-transport.ts";
import { targetOf } from "./target.ts";

/** Headers that say who asks: the front proxy writes its own. */
const IDENTITY = /^(authorization|x-remote-|impersonate-)/;

/** Sends a request on to the server of an APIService, on behalf of its user. */
export async function proxyExtension(
  rest: RestContext,
  transport: ExtensionTransport | undefined,
  apiService: Draft,
  request: ApiRequest,
  user: UserInfo,
): Promise<ApiResponse> {
  if (transport === undefined || !isAvailable(apiService)) return unavailable();
  let endpoint: { readonly host: string; readonly port: number };
  try {
    endpoint = serviceEndpoint(serverView(rest), apiService.spec.service, rest.random);
  } catch {
    return unavailable();
  }
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !IDENTITY.test(name)));
  try {
    const response = await transport.request(targetOf(apiService, endpoint), { ...request, headers }, user);
    return streams(request) ? response : await whole(response);
  } catch (error) {
    return textResponse(503, `error trying to reach service: ${messageOf(error)}\n`);
  }
}

function unavailable(): ApiResponse {
  return textResponse(503, "service unavailable\n");
}

/** Whether the condition `Available` of an APIService holds. */
export function isAvailable({ status }: Draft): boolean {
  return (status?.conditions ?? []).some((each: Draft) => each.type === "Available" && each.status === "True");
}

/** Watches and upgrades go on; everything else has an end, and clients of the process want it decoded. */
function streams({ query, upgrade }: ApiRequest): boolean {
  return upgrade !== undefined || query.has("watch") || query.has("follow");
}

async function whole(response: ApiResponse): Promise<ApiResponse> {
  if (response.body.type !== "stream") return response;
  return { ...response, body: { type: "bytes", bytes: await bytesOf(response) } };
}
