/**
 * A Kubernetes API server as a function from request to response: REST with every patch type, watches, discovery,
 * OpenAPI, tables, custom resources. HTTP is an adapter (`@pinnace/apiserver/node`); in the same process objects pass
 * without being encoded.
 *
 * ```ts
 * import { createBuiltInDefinitions } from "@pinnace/api";
 * import { createApiServer } from "@pinnace/apiserver";
 * import { createRealClock } from "@pinnace/clock";
 * import { createMemoryStore } from "@pinnace/store";
 *
 * const clock = createRealClock();
 * const definitions = createBuiltInDefinitions();
 * const server = createApiServer({ store: createMemoryStore({ clock }), clock, definitions });
 * await server.start();
 * const response = await server.handler({
 *   method: "POST",
 *   path: "/api/v1/namespaces/default/configmaps",
 *   query: new URLSearchParams(),
 *   headers: {},
 *   body: { object: { metadata: { name: "greeting" }, data: { text: "ahoy" } } },
 *   signal: new AbortController().signal,
 * });
 * if (response.status !== 201) throw new Error("not created");
 * await server.stop();
 * ```
 *
 * Reads are answered from memory, writes go through the store's transactions; the store may be any engine of
 * `@pinnace/store`. Objects are frozen and shared: an object that is read, listed and watched is one instance, and its
 * bytes are made once.
 *
 * @packageDocumentation
 */

export {
  EXTENSION_TRANSPORT,
  type ExtensionTarget,
  type ExtensionTransport,
} from "./aggregation/extension-transport.ts";
export { API_HANDLER, API_SERVER, type ApiServer, createApiServer } from "./api-server.ts";
export { DefinitionRegistry, type GroupVersions } from "./definition-registry.ts";
export * from "./node-connector.ts";
export type { ApiServerComponents, ApiServerOptions } from "./options.ts";
export { PROXY_TRANSPORT, type ProxyTarget, type ProxyTransport } from "./subresources/proxy.ts";
