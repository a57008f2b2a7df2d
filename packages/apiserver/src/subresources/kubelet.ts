import type { ApiHandler, ApiRequest, ApiResponse, KubernetesObject } from "@pinnace/apimachinery";
import { badRequest, internalError, StatusError, serviceUnavailable } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { NodeConnector } from "../node-connector.ts";
import { lookup } from "../rest/lookup.ts";
import type { RestContext } from "../rest/rest-context.ts";

/** The kubelet of a node; throws 500 when the node is unknown and 503 when it cannot be reached. */
export async function kubeletOf(
  rest: RestContext,
  connector: NodeConnector | undefined,
  nodeName: string,
): Promise<ApiHandler> {
  const node: KubernetesObject | undefined = lookup(rest, "", "nodes", "", nodeName);
  if (node === undefined)
    throw new StatusError(404, "NotFound", `nodes ${JSON.stringify(nodeName)} not found`, {
      name: nodeName,
      kind: "nodes",
    });
  if (connector === undefined) throw serviceUnavailable("the server has no connection to nodes");
  try {
    return await connector.connect(node);
  } catch (error) {
    throw internalError(`error dialing backend: ${messageOf(error)}`);
  }
}

/** A client's request, turned into one for the kubelet. Its credentials stay behind. */
export function forward(request: ApiRequest, path: string, query: URLSearchParams): ApiRequest {
  const { user: _, certificate: __, headers, ...rest } = request;
  const { authorization: ___, ...others } = headers;
  return { ...rest, path, query, headers: others };
}

/** What a kubelet refused, in the server's words; undefined for a success. */
export async function kubeletFailure(response: ApiResponse): Promise<StatusError | undefined> {
  if (response.status < 400) return undefined;
  const text = await textOf(response);
  if (response.status === 400) return badRequest(text);
  if (response.status === 404)
    return new StatusError(404, "NotFound", `the server could not find the requested resource (${text})`, {});
  return response.status === 500 ? internalError(text) : new StatusError(response.status, "", text);
}

async function textOf({ body }: ApiResponse): Promise<string> {
  const decoder = new TextDecoder();
  if (body.type === "bytes") return decoder.decode(body.bytes).trim();
  if (body.type === "object") return (body.object as { message?: string }).message ?? decoder.decode(body.bytes());
  if (body.type !== "stream") return "";
  let text = "";
  for await (const chunk of body.chunks) text += decoder.decode(chunk, { stream: true });
  return text.trim();
}
