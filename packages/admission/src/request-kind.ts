import type { ResourceDefinition } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "./contract.ts";

const names = new WeakMap<ResourceDefinition, string>();

/** `pods`, or `ingresses.networking.k8s.io`. */
export function resourceOf({ definition }: AdmissionRequest): string {
  if (definition.group === "") return definition.resource;
  let name = names.get(definition);
  if (name === undefined) {
    name = `${definition.resource}.${definition.group}`;
    names.set(definition, name);
  }
  return name;
}

type Operation = AdmissionRequest["operation"];

/** Whether a request is one of these operations on the resource itself (`pods`), or on a subresource (`pods/status`). */
export function isRequest(request: AdmissionRequest, target: string, ...operations: readonly Operation[]): boolean {
  if (!operations.includes(request.operation)) return false;
  const { subresource } = request;
  const resource = resourceOf(request);
  if (subresource === "") return target === resource;
  return (
    target.length === resource.length + 1 + subresource.length &&
    target.startsWith(resource) &&
    target[resource.length] === "/" &&
    target.endsWith(subresource)
  );
}
