import { badRequest, type Draft } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";

/** Throws 400 unless an object is the one that the URL names. An object without a namespace is in that of the URL. */
export function checkObjectName(
  metadata: Draft,
  { info, definition }: Pick<ResourceRequest, "info" | "definition">,
): void {
  const { name, namespace } = metadata ?? {};
  if (!name)
    throw badRequest(`the name of the object (${info.name} based on URL) was undeterminable: name must be provided`);
  if (name !== info.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${info.name})`);
  if (definition.namespaced && namespace && namespace !== info.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}
