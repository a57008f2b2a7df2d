import type { Draft, ResourceDefinition } from "@pinnace/apimachinery";
import type { AdmissionRequest, GroupVersionKind } from "../contract.ts";
import type { Invocation } from "../matching/invocation.ts";
import { namespaceOf } from "../matching/target.ts";

/** An object and its former state at the version that a callee wants. */
export interface VersionedObjects {
  readonly object: Draft;
  readonly oldObject: Draft;
}

/** What a webhook decided. */
export interface ReviewResponse {
  readonly allowed: boolean;
  readonly patch: string;
  readonly patchType: string;
  readonly result: Draft;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

const GROUP = "admission.k8s.io";
const KNOWN = ["v1", "v1beta1"];

/** The first version of AdmissionReview that a webhook speaks and we do. */
export function reviewVersion(versions: readonly string[]): string | undefined {
  return versions.find((version) => KNOWN.includes(version));
}

/** The `request` of an AdmissionReview, and what CEL expressions know as `request` but for the objects. */
export function reviewRequest(request: AdmissionRequest, { definition, kind }: Invocation): Draft {
  const { subresource, operation, user, name, dryRun } = request;
  const namespace = namespaceOf(request);
  return {
    kind: kindOf(kind),
    resource: resourceOf(definition),
    ...(subresource === "" ? {} : { subResource: subresource }),
    requestKind: kindOf(request.kind),
    requestResource: resourceOf(request.definition),
    ...(subresource === "" ? {} : { requestSubResource: subresource }),
    ...(name === "" ? {} : { name }),
    ...(namespace === "" ? {} : { namespace }),
    operation,
    userInfo: {
      ...(user.name === "" ? {} : { username: user.name }),
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    dryRun,
    options: optionsOf(request),
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  CREATE: "CreateOptions",
  UPDATE: "UpdateOptions",
  DELETE: "DeleteOptions",
};

function optionsOf({ operation, options }: AdmissionRequest): Draft {
  const kind = OPTIONS[operation];
  return kind === undefined ? null : { kind, apiVersion: "meta.k8s.io/v1", ...options };
}

/** A whole AdmissionReview, as a webhook receives it. */
export function admissionReview(version: string, uid: string, request: Draft, objects: VersionedObjects): Draft {
  const { object = null, oldObject = null } = objects;
  const { dryRun, options, ...about } = request;
  return {
    kind: "AdmissionReview",
    apiVersion: `${GROUP}/${version}`,
    request: { uid, ...about, object, oldObject, dryRun, options },
  };
}

function kindOf({ group, version, kind }: GroupVersionKind): Draft {
  return { group, version, kind };
}

function resourceOf({ group, version, resource }: ResourceDefinition): Draft {
  return { group, version, resource };
}

/** Checks what a webhook answered; throws an Error that says what is wrong with it. */
export function verifiedResponse(version: string, uid: string, mutating: boolean, review: Draft): ReviewResponse {
  const { response } = review;
  if (!response) throw new Error("webhook response was absent");
  const patch: string = response.patch ?? "";
  const { patchType } = response;
  if (version === "v1") {
    if (response.uid !== uid)
      throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
    checkKind(review);
    if (mutating) checkPatch(patch, patchType);
    else if (patch !== "") throw new Error("validating webhook may not return response.patch");
    else if (patchType !== undefined) throw new Error("validating webhook may not return response.patchType");
  }
  return {
    allowed: response.allowed === true,
    patch: mutating ? patch : "",
    patchType: version === "v1" ? (patchType ?? "") : "JSONPatch",
    result: response.status ?? undefined,
    warnings: response.warnings ?? [],
    auditAnnotations: response.auditAnnotations ?? {},
  };
}

function checkKind({ apiVersion = "", kind = "" }: Draft): void {
  if (apiVersion === `${GROUP}/v1` && kind === "AdmissionReview") return;
  throw new Error(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got ${apiVersion}, Kind=${kind}`);
}

function checkPatch(patch: string, patchType: string | undefined): void {
  if (patch !== "" && patchType === undefined)
    throw new Error("webhook returned response.patch but not response.patchType");
  if (patch === "" && patchType !== undefined)
    throw new Error("webhook returned response.patchType but not response.patch");
  if (patchType === "") throw new Error('webhook returned invalid response.patchType of ""');
}
