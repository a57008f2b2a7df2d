import type { Draft, StatusError } from "@pinnace/apimachinery";
import { messageOf } from "@pinnace/errors";
import type { AdmissionRequest } from "../contract.ts";
import type { Invocation } from "../matching/invocation.ts";
import { randomUuid } from "../random-uuid.ts";
import { checkSideEffects, denial } from "./denial.ts";
import type { Hook } from "./hooks.ts";
import {
  admissionReview,
  type ReviewResponse,
  reviewRequest,
  reviewVersion,
  type VersionedObjects,
  verifiedResponse,
} from "./review.ts";
import { WebhookCallError, type WebhookClient } from "./webhook-client.ts";

/** There is no answer that can be used: the failure policy decides. */
export class UnusableAnswer extends Error {
  readonly code: number;

  constructor(hook: string, why: string, code: number) {
    super(`failed calling webhook ${JSON.stringify(hook)}: ${why}`);
    this.name = "UnusableAnswer";
    this.code = code;
  }
}

/** A webhook said no. */
export class Denied extends Error {
  readonly status: StatusError;

  constructor(status: StatusError) {
    super(status.message);
    this.name = "Denied";
    this.status = status;
  }
}

/** Asks one webhook about a request. Rejects with {@link UnusableAnswer}, {@link Denied}, or a StatusError. */
export async function callHook(
  { client, random }: { readonly client: WebhookClient; readonly random: () => number },
  hook: Hook,
  mutating: boolean,
  request: AdmissionRequest,
  invocation: Invocation,
  objects: VersionedObjects,
): Promise<ReviewResponse> {
  if (request.dryRun) checkSideEffects(hook.name, hook.sideEffects);
  const version = reviewVersion(hook.reviewVersions);
  if (version === undefined) {
    const why = "webhook does not accept known AdmissionReview versions (v1, v1beta1)";
    throw new UnusableAnswer(hook.name, `could not create admission objects: ${why}`, 400);
  }
  const uid = randomUuid(random);
  const review = admissionReview(version, uid, reviewRequest(request, invocation), objects);
  const answer = await post(client, hook, request, review);
  const response = verified(hook, version, uid, mutating, answer);
  for (const [key, value] of Object.entries(response.auditAnnotations)) request.annotate(`${hook.name}/${key}`, value);
  for (const text of response.warnings) request.warn(text);
  if (!response.allowed) throw new Denied(denial(hook.name, response.result));
  return response;
}

async function post(client: WebhookClient, hook: Hook, request: AdmissionRequest, review: Draft): Promise<Draft> {
  try {
    return await client.post(request.server, hook.clientConfig, review, hook.timeoutSeconds);
  } catch (error) {
    if (!(error instanceof WebhookCallError)) throw error;
    throw new UnusableAnswer(hook.name, `failed to call webhook: ${error.message}`, error.code);
  }
}

function verified(hook: Hook, version: string, uid: string, mutating: boolean, answer: Draft): ReviewResponse {
  try {
    return verifiedResponse(version, uid, mutating, answer);
  } catch (error) {
    throw new UnusableAnswer(hook.name, `received invalid webhook response: ${messageOf(error)}`, 503);
  }
}
