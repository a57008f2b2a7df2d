/**
 * The built-in kinds of Kubernetes 1.36.
 *
 * @packageDocumentation
 */

export { definitionNameOfType, typeOfDefinitionName, typeOfKind } from "./definition-names.ts";
export * from "./generated/resource-types.ts";
export type * from "./generated/types/index.ts";
export * from "./kind-behaviour.ts";
export { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from "./protobuf-decode.ts";
export { createBuiltInDefinitions } from "./registry.ts";
export { type BuiltInResource, builtInResources } from "./resources.ts";
export { builtInSchema, resolveBuiltInSchema } from "./schemas.ts";
export { completeZeroValues } from "./zero-values.ts";
