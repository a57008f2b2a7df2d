import type { ApiResponse } from "@pinnace/apimachinery";
import { unsupportedMediaType } from "@pinnace/apimachinery";
import type { ResourceRequest } from "../request-context.ts";
import type { RestContext } from "./rest-context.ts";

export async function patch(_rest: RestContext, _request: ResourceRequest): Promise<ApiResponse> {
  throw unsupportedMediaType([]);
}
