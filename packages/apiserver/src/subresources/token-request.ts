import {
  type ApiResponse,
  badRequest,
  conflict,
  type Draft,
  type FieldError,
  formatTime,
  invalid,
  invalidValue,
  notFound,
  unknownError,
} from "@pinnace/apimachinery";
import type { TokenClaims, TokenIssuer } from "@pinnace/authentication";
import { objectResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { admitSubresource } from "../rest/admit-subresource.ts";
import { decodeKind } from "../rest/decode.ts";
import { lookup } from "../rest/lookup.ts";
import { writeOptions } from "../rest/options.ts";
import { readObject } from "../rest/read.ts";
import type { RestContext } from "../rest/rest-context.ts";

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const KIND = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" } as const;

/** POST of `serviceaccounts/token`: a signed token for the service account (`kubectl create token`, projected volumes). */
export async function requestToken(
  rest: RestContext,
  issuer: TokenIssuer | undefined,
  request: ResourceRequest,
): Promise<ApiResponse> {
  const { info, definition, output } = request;
  const writing = writeOptions(request, "CreateOptions");
  const body = await decodeKind(request, KIND);
  const { name, namespace } = body.metadata ?? {};
  if (name && name !== info.name)
    throw badRequest(
      `metadata.name: Invalid value: ${JSON.stringify(name)}: must match the service account name: ${JSON.stringify(info.name)}`,
    );
  if (namespace && namespace !== info.namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  const account = await readObject(rest, definition, info.namespace, info.name);
  if (issuer === undefined) throw unknownError("this server issues no service account tokens");
  let spec: Draft = {};
  await admitSubresource(rest, request, body, writing, () => {
    spec = completeSpec(body.spec ?? {}, issuer);
    body.spec = spec;
    const errors = specErrors(spec);
    if (errors.length > 0) throw invalid(KIND.group, KIND.kind, "", errors);
  });
  const claims: TokenClaims = {
    namespace: info.namespace,
    serviceAccount: { name: info.name, uid: account.metadata?.uid ?? "" },
    audiences: spec.audiences,
    expirationSeconds: spec.expirationSeconds,
    ...boundObject(rest, info.namespace, spec.boundObjectRef, account),
  };
  const { token, expiresAt } = writing.dryRun
    ? { token: "", expiresAt: rest.clock.now() + spec.expirationSeconds * 1000 }
    : await issuer.issue(claims);
  return objectResponse(
    201,
    {
      kind: KIND.kind,
      apiVersion: "authentication.k8s.io/v1",
      metadata: {
        name: info.name,
        namespace: info.namespace,
        uid: account.metadata?.uid,
        creationTimestamp: formatTime(rest.clock.now()),
      },
      spec,
      status: { token, expirationTimestamp: formatTime(expiresAt) },
    },
    output,
  );
}

function completeSpec(spec: Draft, issuer: TokenIssuer): Draft {
  const audiences = spec.audiences?.length ? spec.audiences : issuer.apiAudiences;
  return {
    audiences,
    expirationSeconds: spec.expirationSeconds ?? DEFAULT_SECONDS,
    boundObjectRef: spec.boundObjectRef ?? null,
  };
}

function specErrors({ expirationSeconds }: Draft): FieldError[] {
  const field = "spec.expirationSeconds";
  if (expirationSeconds < MIN_SECONDS)
    return [invalidValue(field, expirationSeconds, "may not specify a duration less than 10 minutes")];
  if (expirationSeconds > MAX_SECONDS)
    return [invalidValue(field, expirationSeconds, "may not specify a duration larger than 2^32 seconds")];
  return [];
}

const BOUND_KINDS: Readonly<Record<string, { resource: string; namespaced: boolean }>> = {
  Pod: { resource: "pods", namespaced: true },
  Secret: { resource: "secrets", namespaced: true },
  Node: { resource: "nodes", namespaced: false },
};

/** The object that the token dies with, checked to exist and to be the one that is meant. */
function boundObject(
  rest: RestContext,
  namespace: string,
  reference: Draft,
  account: Draft,
): Pick<TokenClaims, "boundObject" | "node"> {
  if (!reference) return {};
  const { kind, name, uid } = reference;
  const known = BOUND_KINDS[kind];
  if (known === undefined || (reference.apiVersion && reference.apiVersion !== "v1"))
    throw badRequest(`cannot bind token to object of type ${reference.apiVersion ?? ""}, Kind=${kind}`);
  const object: Draft = lookup(rest, "", known.resource, known.namespaced ? namespace : "", name);
  if (object === undefined) throw notFound("", known.resource, name);
  if (uid && uid !== object.metadata.uid)
    throw conflict(
      "",
      kind,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  if (kind === "Pod" && object.spec?.serviceAccountName !== account.metadata.name)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    );
  const bound = { boundObject: { kind, name, uid: object.metadata.uid } };
  const nodeName = kind === "Pod" ? object.spec?.nodeName : undefined;
  const node: Draft = nodeName === undefined ? undefined : lookup(rest, "", "nodes", "", nodeName);
  return node === undefined ? bound : { ...bound, node: { name: nodeName, uid: node.metadata.uid } };
}
