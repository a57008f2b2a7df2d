import type { Draft } from "@pinnace/apimachinery";
import type { AdmissionRequest } from "../contract.ts";
import type { Invocation } from "../matching/invocation.ts";

/** The object of a request at the version that a callee wants; the same object where that is its own version. */
export async function versioned(request: AdmissionRequest, { definition }: Invocation, object: Draft): Promise<Draft> {
  if (object === undefined || definition === request.definition) return object;
  return request.server.convert(object, request.definition, definition);
}

/**
 * Makes a patched object, at the version of `invocation`, the object of the request: typed, defaulted and at the request's
 * own version.
 */
export async function replaceObject(request: AdmissionRequest, invocation: Invocation, next: Draft): Promise<void> {
  const { server, definition, object } = request;
  if (invocation.kind.kind === invocation.definition.kind) server.complete(next, invocation.definition);
  const own =
    invocation.definition === definition ? next : await server.convert(next, invocation.definition, definition);
  for (const name of Object.keys(object)) delete object[name];
  Object.assign(object, own);
}
