import type { ApiRequest, ApiResponse, UserInfo } from "@pinnace/apimachinery";

/** The DI token of the {@link ExtensionTransport}; without one, no aggregated API is available. */
export const EXTENSION_TRANSPORT: unique symbol = Symbol.for("pinnace.apiserver.extension-transport") as never;

/** An endpoint of the Service behind an APIService. */
export interface ExtensionTarget {
  readonly host: string;
  readonly port: number;
  /** What the server's certificate must name: `service.namespace.svc`. */
  readonly serverName: string;
  /** PEM of the CAs that may have signed it; "": those that the machine trusts. */
  readonly ca: string;
  /** Accept any certificate. */
  readonly insecure: boolean;
}

/**
 * Sends requests to aggregated API servers over HTTPS, on behalf of a user: with the front proxy's client certificate and
 * `X-Remote-*` headers (KEP-263). Rejects when the server cannot be reached.
 */
export interface ExtensionTransport {
  request(target: ExtensionTarget, request: ApiRequest, user: UserInfo): Promise<ApiResponse>;
}
