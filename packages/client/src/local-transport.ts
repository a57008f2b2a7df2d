import type { ApiHandler } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import type { Transport } from "./transport.ts";

/**
 * A transport to an API server of the same process. Objects pass as they are (frozen, shared), nothing is encoded, and
 * `ApiRequest.user` is the identity; authorization and admission happen as for anybody. After `close()` requests reject
 * with `CodedError` `CONNECTION_FAILED`.
 */
export function createLocalTransport(handler: ApiHandler): Transport {
  let closed = false;
  return {
    request: async (request) => {
      if (closed) throw new CodedError("CONNECTION_FAILED", "the transport is closed");
      request.signal.throwIfAborted();
      return handler(request);
    },
    close: async () => {
      closed = true;
    },
  };
}
