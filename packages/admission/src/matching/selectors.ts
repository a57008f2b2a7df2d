import { type Draft, type LabelMatcher, type LabelSelector, labelMatcher, notFound } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";
import { isNamespaces, namespaceOf } from "./target.ts";

const matchers = new WeakMap<object, LabelMatcher>();

/** The matcher of a selector of a stored object, made once; an absent one matches everything. */
function selectorOf(selector: LabelSelector | undefined | null): LabelMatcher | undefined {
  if (selector === undefined || selector === null) return undefined;
  let matcher = matchers.get(selector);
  if (matcher === undefined) {
    matcher = labelMatcher(selector);
    matchers.set(selector, matcher);
  }
  return matcher.isEmpty ? undefined : matcher;
}

/**
 * Whether the namespace of a request has the labels. What is in no namespace is never exempt. A namespace that is created
 * or changed counts as it will be. Throws 404 when there is no such namespace.
 */
export function namespaceSelected(request: AdmissionRequest, selector: LabelSelector | undefined): boolean {
  const matcher = selectorOf(selector);
  if (matcher === undefined) return true;
  const name = namespaceOf(request);
  const { definition, operation, subresource, object } = request;
  if (name === "" && definition.resource !== "namespaces") return true;
  const written = operation === "CREATE" || operation === "UPDATE";
  if (isNamespaces(definition) && subresource === "" && written) return matcher.matches(object.metadata?.labels ?? {});
  return matcher.matches(liveNamespace(request, name).metadata?.labels ?? {});
}

function liveNamespace({ server }: AdmissionRequest, name: string): Draft {
  const namespaces = server.find("", "v1", "namespaces");
  const found = namespaces && server.objects(namespaces).get("", name);
  if (found === undefined) throw notFound("", "namespaces", name);
  return found;
}

/** The Namespace that a request is in; undefined for cluster-scoped resources, and for Namespaces themselves. */
export function namespaceObjectOf(request: AdmissionRequest): Draft | undefined {
  const { namespace, definition, server } = request;
  if (namespace === "" || isNamespaces(definition)) return undefined;
  const namespaces = server.find("", "v1", "namespaces");
  return namespaces && server.objects(namespaces).get("", namespace);
}

/** Whether the object, as it was or as it will be, has the labels. */
export function objectSelected({ object, oldObject }: AdmissionRequest, selector: LabelSelector | undefined): boolean {
  const matcher = selectorOf(selector);
  if (matcher === undefined) return true;
  return [object, oldObject].some((each: Draft) => each?.metadata && matcher.matches(each.metadata.labels ?? {}));
}
