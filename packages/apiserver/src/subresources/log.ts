import {
  type ApiResponse,
  type Draft,
  type FieldError,
  forbiddenField,
  invalid,
  invalidValue,
} from "@pinnace/apimachinery";
import type { NodeConnector } from "../node-connector.ts";
import type { ResourceRequest } from "../request-context.ts";
import { integerParameter } from "../rest/options.ts";
import { readObject } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { chooseContainer } from "./containers.ts";
import { forward, kubeletFailure, kubeletOf } from "./kubelet.ts";

const PASSED_ON = [
  "follow",
  "previous",
  "sinceSeconds",
  "sinceTime",
  "timestamps",
  "tailLines",
  "limitBytes",
  "stream",
];

/** GET of `pods/log`: the kubelet's answer, as it comes. A pod without a node has an empty log. */
export async function podLog(
  rest: RestContext,
  nodes: NodeConnector | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { info, definition } = request;
  const { query } = request.request;
  const errors = optionErrors(query);
  const pod: Draft = await readObject(rest, definition, info.namespace, info.name);
  if (errors.length > 0) throw invalid("", "PodLogOptions", info.name, errors);
  const container = chooseContainer(pod, query.get("container"));
  if (!pod.spec.nodeName) return { status: 204, headers: {}, body: { type: "empty" } };
  const kubelet = await kubeletOf(rest, nodes, pod.spec.nodeName);
  const options = new URLSearchParams();
  for (const name of PASSED_ON) {
    const value = query.get(name);
    if (value !== null && value !== "" && value !== "false") options.set(name, value);
  }
  const path = `/containerLogs/${info.namespace}/${info.name}/${container}`;
  const response = await kubelet({ ...forward(request.request, path, options), method: "GET" });
  const failure = await kubeletFailure(response);
  if (failure !== undefined) throw failure;
  return { ...response, headers: { "content-type": "text/plain", ...response.headers } };
}

function optionErrors(query: URLSearchParams): FieldError[] {
  const errors: FieldError[] = [];
  const atLeast = (name: string, least: number, text: string): void => {
    const value = integerParameter(query, name);
    if (value !== undefined && value < least) errors.push(invalidValue(name, value, text));
  };
  atLeast("tailLines", 0, "must be greater than or equal to 0");
  atLeast("limitBytes", 1, "must be greater than 0");
  if (query.get("sinceSeconds") && query.get("sinceTime"))
    errors.push(forbiddenField("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  else atLeast("sinceSeconds", 1, "must be greater than 0");
  return errors;
}
