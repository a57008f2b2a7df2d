/**
 * The built-in kinds of Kubernetes 1.36.
 *
 * @packageDocumentation
 */
export { definitionNameOfType, typeOfDefinitionName, typeOfKind } from "./definition-names.ts";
export { type Descriptions, loadDescriptions } from "./descriptions.ts";
export * from "./generated/resource-types.ts";
export type * from "./generated/types/index.ts";
export * from "./kind-behaviour.ts";
export { openApiV2Document } from "./openapi-v2.ts";
export {
  encodeOpenApiV2,
  OPENAPI_V2_PROTOBUF_ACCEPT,
  OPENAPI_V2_PROTOBUF_CONTENT_TYPE,
} from "./openapi-v2-protobuf.ts";
export { openApiV3Document, openApiV3Key, openApiV3Keys } from "./openapi-v3.ts";
export { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from "./protobuf-decode.ts";
export { createBuiltInDefinitions } from "./registry.ts";
export { type BuiltInResource, builtInResources } from "./resources.ts";
export { builtInSchema, resolveBuiltInSchema } from "./schemas.ts";
export { completeZeroValues, dropZeroValues } from "./zero-values.ts";
