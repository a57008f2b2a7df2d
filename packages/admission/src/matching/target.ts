import type { ResourceDefinition } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";

/** What rules look at. */
export interface Target {
  readonly operation: AdmissionRequest["operation"];
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** A Namespace is in itself. */
  readonly namespace: string;
  readonly name: string;
}

/** The request as rules see it, or the same through another version of its resource. */
export function targetOf(request: AdmissionRequest, as: ResourceDefinition = request.definition): Target {
  const { operation, subresource } = request;
  const { group, version, resource } = as;
  return { operation, group, version, resource, subresource, namespace: namespaceOf(request), name: request.name };
}

/** The namespace that a request is about: for a Namespace its own name, as upstream has it. */
export function namespaceOf(request: AdmissionRequest): string {
  const { definition, namespace, name, object } = request;
  if (!isNamespaces(definition) || namespace !== "") return namespace;
  return name || (object?.metadata?.name ?? "");
}

/** Whether a resource is core's `namespaces`. */
export function isNamespaces({ group, resource }: Pick<ResourceDefinition, "group" | "resource">): boolean {
  return group === "" && resource === "namespaces";
}

const EXEMPT = new Set([
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
]);

/** Whether a request configures admission itself: no webhook or policy may stand in its way. */
export function configuresAdmission({ kind }: AdmissionRequest): boolean {
  return kind.group === "admissionregistration.k8s.io" && EXEMPT.has(kind.kind);
}
