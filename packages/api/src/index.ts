/**
 * The built-in kinds of Kubernetes 1.36.
 *
 * @packageDocumentation
 */
export * from "./generated/resource-types.ts";
export type * from "./generated/types/index.ts";
export * from "./kind-behaviour.ts";
