/**
 * The HTTP adapter of the API server: one TLS port with HTTP/2, HTTP/1.1, WebSocket and SPDY upgrades.
 *
 * ```ts
 * import { serve } from "@pinnace/apiserver/node";
 *
 * const listener = await serve({
 *   handler: async () => ({ status: 200, headers: { "content-type": "text/plain" }, body: { type: "bytes", bytes: new TextEncoder().encode("ok") } }),
 *   port: 0,
 * });
 * await fetch(listener.url);
 * await listener.close();
 * ```
 *
 * @packageDocumentation
 */

export { createHttpNodeConnector, createHttpProxyTransport } from "./connections.ts";
export { createHttpsExtensionTransport } from "./extension-transport.ts";
export { type ForwardTarget, forwardRequest } from "./http-forward.ts";
export { type Listener, type ServeOptions, serve, type TlsOptions } from "./serve.ts";
