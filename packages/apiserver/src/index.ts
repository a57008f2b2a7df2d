export { API_HANDLER, API_SERVER, type ApiServer, createApiServer } from "./api-server.ts";
export { DefinitionRegistry, type GroupVersions } from "./definition-registry.ts";
export * from "./node-connector.ts";
export type { ApiServerComponents, ApiServerOptions } from "./options.ts";
export type { ProxyTarget, ProxyTransport } from "./subresources/proxy.ts";
