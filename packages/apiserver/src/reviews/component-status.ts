import { type ApiResponse, type KubernetesObject, notFound } from "@pinnace/apimachinery";
import { listResponse, resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { listOptions } from "../rest/list-options.ts";
import { responseContext } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";
import { selectionOf } from "../rest/selectors.ts";

const COMPONENTS = { "controller-manager": "ok", scheduler: "ok", "etcd-0": "ok" } as const;

/** `kubectl get componentstatuses`: deprecated, and still read by old tools. */
export async function componentStatuses(rest: RestContext, request: ResourceRequest): Promise<ApiResponse> {
  const { definition, info } = request;
  request.warnings.add("v1 ComponentStatus is deprecated in v1.19+");
  const context = responseContext(rest, request);
  const objects = Object.entries(COMPONENTS).map(([name, message]) => component(name, message));
  if (info.verb === "list") {
    const selection = selectionOf(definition, "", listOptions(request.request.query, false));
    const items = objects.filter((object) => selection.matches(object));
    return listResponse(definition, items, {}, context);
  }
  const object = objects.find(({ metadata }) => metadata?.name === info.name);
  if (object === undefined) throw notFound("", "componentstatus", info.name);
  return resourceResponse(200, definition, object, context);
}

function component(name: string, message: string): KubernetesObject {
  return {
    kind: "ComponentStatus",
    apiVersion: "v1",
    metadata: { name },
    conditions: [{ type: "Healthy", status: "True", message }],
  } as KubernetesObject;
}
