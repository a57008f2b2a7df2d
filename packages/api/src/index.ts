/**
 * The built-in kinds of Kubernetes 1.36.
 *
 * @packageDocumentation
 */
export * from "./kind-behaviour.ts";
