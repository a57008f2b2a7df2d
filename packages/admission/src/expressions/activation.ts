import type { Draft } from "@pinnace/apimachinery";
import { authorizerValue, type CelValue, dynamicValue, requestResourceValue } from "@pinnace/cel";
import type { Authorizer } from "@pinnace/rbac";
import type { AdmissionRequest } from "../contract.ts";
import type { Invocation } from "../matching/invocation.ts";
import { namespaceOf } from "../matching/target.ts";
import { reviewRequest, type VersionedObjects } from "../webhooks/review.ts";
import { authorizationOf } from "./authorization.ts";

/** What expressions are about. */
export interface ExpressionInput extends VersionedObjects {
  readonly request: AdmissionRequest;
  readonly invocation: Invocation;
  /** The Namespace that the object is in. */
  readonly namespaceObject?: Draft;
  readonly params?: Draft;
  /** Who answers `authorizer`. */
  readonly authorizer: Authorizer;
}

/** Variables by name; each is made when it is first read, and once. */
export type Activation = Readonly<Record<string, () => CelValue>>;

/** The variables that all expressions of webhooks and policies see (KEP-3488). */
export function activationOf(input: ExpressionInput): Activation {
  const { request, invocation, object, oldObject, namespaceObject, params, authorizer } = input;
  const checks = once(() => authorizerValue(authorizationOf(authorizer, request.user)));
  return {
    object: once(() => dynamicValue(object ?? null)),
    oldObject: once(() => dynamicValue(oldObject ?? null)),
    params: once(() => dynamicValue(params ?? null)),
    request: once(() => dynamicValue(requestVariable(request, invocation))),
    namespaceObject: once(() => dynamicValue(shownNamespace(namespaceObject))),
    authorizer: checks,
    "authorizer.requestResource": once(() => requestResourceValue(checks(), requestResource(request))),
  };
}

function requestVariable(request: AdmissionRequest, invocation: Invocation): Draft {
  return { uid: "", ...reviewRequest(request, invocation), object: null, oldObject: null };
}

function requestResource(request: AdmissionRequest) {
  const { definition, subresource, name } = request;
  const { group, resource } = definition;
  return { group, resource, subresource, namespace: namespaceOf(request), name };
}

const METADATA = [
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "finalizers",
] as const;

/** A Namespace without owners and managed fields. */
function shownNamespace(namespace: Draft | undefined): Draft {
  if (namespace === undefined) return null;
  const { metadata, spec, status } = namespace;
  const shown = METADATA.filter((name) => metadata[name] !== undefined).map((name) => [name, metadata[name]]);
  return { metadata: Object.fromEntries(shown), spec: spec ?? {}, status: status ?? {} };
}

/** Calls a function once and remembers what it gave. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
