import type { AdmissionRequest } from "./contract.ts";

/** `pods`, or `ingresses.networking.k8s.io`. */
export function resourceOf({ definition }: AdmissionRequest): string {
  return definition.group === "" ? definition.resource : `${definition.resource}.${definition.group}`;
}

type Operation = AdmissionRequest["operation"];

/** Whether a request is one of these operations on the resource itself (`pods`), or on a subresource (`pods/status`). */
export function isRequest(request: AdmissionRequest, target: string, ...operations: readonly Operation[]): boolean {
  if (!operations.includes(request.operation)) return false;
  return (
    (request.subresource === "" ? "" : `/${request.subresource}`) === target.slice(targetLength(target)) &&
    resourceOf(request) === target.slice(0, targetLength(target))
  );
}

function targetLength(target: string): number {
  const slash = target.indexOf("/");
  return slash < 0 ? target.length : slash;
}
