import {
  type ApiResponse,
  badRequest,
  type Draft,
  type FieldError,
  invalid,
  invalidValue,
  type UserInfo,
  unknownError,
} from "@pinnace/apimachinery";
import type { AuthorizationAttributes, Authorizer } from "@pinnace/rbac";
import { resourceResponse } from "../media/responses.ts";
import type { ResourceRequest } from "../request-context.ts";
import { decodeBody } from "../rest/decode.ts";
import { writeOptions } from "../rest/options.ts";

/** Answers SelfSubjectAccessReview, SubjectAccessReview and LocalSubjectAccessReview. */
export async function reviewAccess(authorizer: Authorizer | undefined, request: ResourceRequest): Promise<ApiResponse> {
  const { fieldValidation } = writeOptions(request, "CreateOptions");
  const review = await decodeBody(request, request.definition, fieldValidation);
  const spec = review.spec ?? {};
  check(review, spec, request);
  const user = request.definition.kind === "SelfSubjectAccessReview" ? request.user : userOf(spec);
  const status = await decide(authorizer, attributesOf(spec, user));
  return answer(request, { ...review, spec, status });
}

/** Reviews have no metadata of their own, and are answered as they were asked. */
export function answer(request: ResourceRequest, review: Draft): ApiResponse {
  const { name: _, ...metadata } = review.metadata ?? {};
  const context = { output: request.output, includeObject: "Metadata" as const, now: 0 };
  return resourceResponse(201, request.definition, { ...review, metadata }, context);
}

function check(review: Draft, spec: Draft, { definition, info }: ResourceRequest): void {
  const errors: FieldError[] = [];
  const both = spec.resourceAttributes && spec.nonResourceAttributes;
  const neither = !spec.resourceAttributes && !spec.nonResourceAttributes;
  const { kind } = definition;
  if (kind === "LocalSubjectAccessReview") {
    if (review.metadata?.namespace && review.metadata.namespace !== info.namespace)
      throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
    if (spec.resourceAttributes && spec.resourceAttributes.namespace !== info.namespace)
      errors.push(
        invalidValue(
          "spec.resourceAttributes.namespace",
          spec.resourceAttributes.namespace ?? "",
          "must match metadata.namespace",
        ),
      );
  }
  if (both)
    errors.push(
      invalidValue(
        "spec.nonResourceAttributes",
        goAttributes(spec.nonResourceAttributes),
        "cannot be specified in combination with resourceAttributes",
      ),
    );
  if (neither)
    errors.push(
      invalidValue(
        "spec.resourceAttributes",
        spec.nonResourceAttributes ?? null,
        "exactly one of nonResourceAttributes or resourceAttributes must be specified",
      ),
    );
  if (kind !== "SelfSubjectAccessReview" && !spec.user && !spec.groups?.length)
    errors.push(invalidValue("spec.user", spec.user ?? "", "at least one of user or group must be specified"));
  errors.push(...selectorErrors(spec.resourceAttributes, "labelSelector"));
  errors.push(...selectorErrors(spec.resourceAttributes, "fieldSelector"));
  if (errors.length > 0) throw invalid(definition.group, "", "", errors);
}

/** A selector is given as text or as requirements (KEP-4601). */
function selectorErrors(attributes: Draft, name: "labelSelector" | "fieldSelector"): FieldError[] {
  const { rawSelector, requirements } = attributes?.[name] ?? {};
  if (!rawSelector || !requirements?.length) return [];
  const path = `spec.resourceAttributes.${name}.rawSelector`;
  return [invalidValue(path, rawSelector, "may not specified at the same time as requirements")];
}

/** How Go prints the struct in a message. */
function goAttributes({ path = "", verb = "" }: Draft): object {
  return { Path: path, Verb: verb };
}

function userOf(spec: Draft): UserInfo {
  return {
    name: spec.user ?? "",
    groups: spec.groups ?? [],
    ...(spec.uid ? { uid: spec.uid } : {}),
    ...(spec.extra ? { extra: spec.extra } : {}),
  };
}

function attributesOf(spec: Draft, user: UserInfo): AuthorizationAttributes {
  const resource = spec.resourceAttributes;
  if (resource === undefined) {
    const { path = "", verb = "" } = spec.nonResourceAttributes;
    return { ...EMPTY, user, verb, path, resourceRequest: false };
  }
  const { namespace = "", verb = "", group = "", version = "", subresource = "", name = "" } = resource;
  return {
    ...EMPTY,
    user,
    verb,
    namespace,
    group,
    version: version || "*",
    resource: resource.resource ?? "",
    subresource,
    name,
  };
}

const EMPTY = {
  resourceRequest: true,
  path: "",
  group: "",
  version: "",
  resource: "",
  subresource: "",
  namespace: "",
  name: "",
} as const;

async function decide(authorizer: Authorizer | undefined, attributes: AuthorizationAttributes): Promise<Draft> {
  if (authorizer === undefined) return { allowed: true };
  const { decision, reason } = await authorizer.authorize(attributes);
  return {
    allowed: decision === "allow",
    ...(decision === "deny" ? { denied: true } : {}),
    ...(reason === "" ? {} : { reason }),
  };
}

/** Answers SelfSubjectRulesReview: what the caller may do in a namespace. */
export async function reviewRules(authorizer: Authorizer | undefined, request: ResourceRequest): Promise<ApiResponse> {
  const { fieldValidation } = writeOptions(request, "CreateOptions");
  const review = await decodeBody(request, request.definition, fieldValidation);
  const namespace: string = review.spec?.namespace ?? "";
  if (namespace === "") throw badRequest("no namespace on request");
  if (authorizer === undefined) throw unknownError("the authorizer cannot list rules");
  const { rules, incomplete, evaluationError } = await authorizer.rulesFor(request.user, namespace);
  const resourceRules = rules.filter((rule) => rule.nonResourceURLs === undefined);
  const nonResourceRules = rules.filter((rule) => rule.nonResourceURLs !== undefined);
  const status = { resourceRules, nonResourceRules, incomplete, ...(evaluationError ? { evaluationError } : {}) };
  return answer(request, { ...review, spec: {}, status });
}

/** Answers SelfSubjectReview: who the caller is (`kubectl auth whoami`). */
export async function reviewSelf(request: ResourceRequest, now: string): Promise<ApiResponse> {
  const { fieldValidation } = writeOptions(request, "CreateOptions");
  const review = await decodeBody(request, request.definition, fieldValidation);
  const { name, uid, groups, extra } = request.user;
  const userInfo = {
    username: name,
    ...(uid ? { uid } : {}),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
  return answer(request, { ...review, metadata: { ...review.metadata, creationTimestamp: now }, status: { userInfo } });
}
