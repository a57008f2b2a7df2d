import { type ApiResponse, badRequest } from "@pinnace/apimachinery";
import type { TokenReviewer } from "@pinnace/authentication";
import type { ResourceRequest } from "../request-context.ts";
import { decodeBody } from "../rest/decode.ts";
import { writeOptions } from "../rest/options.ts";
import { answer } from "./access.ts";

/** Answers TokenReview: who a bearer token belongs to. */
export async function reviewToken(reviewer: TokenReviewer | undefined, request: ResourceRequest): Promise<ApiResponse> {
  const { fieldValidation } = writeOptions(request, "CreateOptions");
  const review = await decodeBody(request, request.definition, fieldValidation);
  const token: string = review.spec?.token ?? "";
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const status = (await reviewer?.reviewToken(token, review.spec.audiences ?? [])) ?? { user: {} };
  return answer(request, { ...review, status });
}
