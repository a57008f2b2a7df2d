/**
 * Kubernetes API machinery.
 *
 * @packageDocumentation
 */
export { type Decoded, type DecodeError, decodeJson, decodeYaml, encodeJson } from "./codec/decode.ts";
export { type DecodeErrorCode, MAX_DEPTH } from "./codec/decode-error.ts";
export { type DecodedFields, type DecodeFieldsOptions, decodeFields } from "./codec/decode-fields.ts";
export type { NumberLiterals } from "./codec/json-reader.ts";
export { pruneUnknown } from "./codec/prune.ts";
export { deepEqual, semanticEqual, thaw } from "./copy.ts";
export { formatDuration, humanDuration, parseDuration, shortHumanDuration } from "./duration.ts";
export * from "./field-error.ts";
export { FieldPath, fieldPath } from "./field-path.ts";
export { isPrintable, quoteGo } from "./go-quote.ts";
export { type IntOrString, scaledValue } from "./int-or-string.ts";
export {
  type Cidr,
  cidrContains,
  formatCidr,
  formatIp,
  type IpAddress,
  type IpOptions,
  parseCidr,
  parseIp,
} from "./ip-address.ts";
export {
  JsonPath,
  type JsonPathErrorCode,
  type JsonPathOptions,
  JsonPathTemplate,
  parseJsonPath,
  parseJsonPathTemplate,
} from "./jsonpath/json-path.ts";
export {
  type Applied,
  createFieldManager,
  type FieldManager,
  type FieldManagerOptions,
  type FieldManagerWrite,
} from "./managed-fields/field-manager.ts";
export { LAST_APPLIED_ANNOTATION } from "./managed-fields/last-applied.ts";
export type { VersionView, VersionViews } from "./managed-fields/ownership.ts";
export * from "./object.ts";
export { jsonPatch, MAX_JSON_PATCH_OPERATIONS } from "./patches/json-patch.ts";
export { createMergePatch, mergePatch } from "./patches/merge-patch.ts";
export { strategicMergePatch } from "./patches/strategic-merge-patch.ts";
export {
  canonicalQuantity,
  isQuantity,
  parseQuantity,
  Quantity,
  type QuantityErrorCode,
} from "./quantity.ts";
export type { QuantityFormat } from "./quantity-parse.ts";
export * from "./request.ts";
export * from "./resource-definition.ts";
export * from "./schema.ts";
export * from "./selectors/field-selector.ts";
export type { LabelOperator, LabelRequirement, Labels } from "./selectors/label-requirement.ts";
export * from "./selectors/label-selector.ts";
export * from "./status.ts";
export * from "./status-errors.ts";
export { formatMicroTime, formatTime, parseTime, type TimeError, timeOf } from "./time.ts";
export * from "./validation/ip.ts";
export * from "./validation/label-selector.ts";
export * from "./validation/names.ts";
export * from "./validation/object-meta.ts";
export * from "./validation/text-rules.ts";
