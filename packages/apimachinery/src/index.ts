/**
 * Kubernetes API machinery.
 *
 * @packageDocumentation
 */
export * from "./field-error.ts";
export * from "./object.ts";
export * from "./request.ts";
export * from "./resource-definition.ts";
export * from "./schema.ts";
export * from "./status.ts";
