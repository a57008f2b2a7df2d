import type { Pod } from "@pinnace/api";
import type { ApiHandler, ApiRequest, ApiResponse } from "@pinnace/apimachinery";
import type { KubeletComponents, KubeletOptions } from "../contract.ts";

/** What the kubelet's API answers from. */
export interface HandlerContext {
  readonly components: KubeletComponents;
  readonly options: KubeletOptions;
  readonly runtimeName: () => string;
  readonly pods: () => readonly Pod[];
}

/** The kubelet's own API (port 10250 of a real node). Never rejects. */
export function createKubeletHandler(_context: HandlerContext): ApiHandler {
  return async (_request: ApiRequest): Promise<ApiResponse> => ({
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
    body: { type: "bytes", bytes: new TextEncoder().encode("404 page not found\n") },
  });
}
