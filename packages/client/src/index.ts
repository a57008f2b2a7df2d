/**
 * Typed Kubernetes client.
 *
 * @packageDocumentation
 */
export * from "./client.ts";
export * from "./informer-contract.ts";
export * from "./transport.ts";
