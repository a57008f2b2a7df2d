import { type Draft, labelMatcher, type ResourceDefinition } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";
import { namespaceOf } from "../matching/target.ts";

const NO_PARAMS: readonly (Draft | undefined)[] = [undefined];

/**
 * The parameters with which a binding uses its policy, one evaluation for each; `[undefined]` where there are none to have.
 * Throws an Error when the binding cannot be used like that.
 */
export function collectParams(
  request: AdmissionRequest,
  definition: ResourceDefinition | undefined,
  paramRef: Draft,
): readonly (Draft | undefined)[] {
  if (definition === undefined || !paramRef) return NO_PARAMS;
  const namespace = paramNamespace(request, definition, paramRef);
  const table = request.server.objects(definition);
  const found = paramRef.name ? one(table.get(namespace ?? "", paramRef.name)) : selected(table.list(namespace));
  if (found.length === 0 && paramRef.parameterNotFoundAction === "Deny")
    throw new Error("no params found for policy binding with `Deny` parameterNotFoundAction");
  return found;

  function selected(objects: readonly Draft[]): readonly Draft[] {
    const matcher = labelMatcher(paramRef.selector);
    return objects.filter(({ metadata }) => matcher.matches(metadata.labels ?? {}));
  }
}

function one(object: Draft): readonly Draft[] {
  return object === undefined ? [] : [object];
}

/** Where the parameters are: in the named namespace, or in that of the object; undefined for cluster-scoped ones. */
function paramNamespace(
  request: AdmissionRequest,
  { namespaced }: ResourceDefinition,
  { namespace = "" }: Draft,
): string | undefined {
  if (!namespaced) {
    if (namespace === "") return undefined;
    throw new Error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  }
  const own = namespace || namespaceOf(request);
  if (own !== "") return own;
  throw new Error("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
}
