import type { ApiRequest, ApiResponse } from "@pinnace/apimachinery";

/** The DI token of the {@link Transport}. */
export const TRANSPORT: unique symbol = Symbol.for("pinnace.client.transport") as never;

/**
 * Carries one request to an API server. `LocalTransport` calls the server's handler in process (same authentication,
 * authorization and admission); `HttpTransport` (`@pinnace/client/node`) goes over TLS. Rejects only when no answer
 * could be had (`CodedError` `CONNECTION_FAILED`, or the abort reason); an API failure is a response.
 */
export interface Transport {
  request(request: ApiRequest): Promise<ApiResponse>;
  /** Ends idle connections and releases what the transport holds. */
  close(): Promise<void>;
}
