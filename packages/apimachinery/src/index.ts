/**
 * What every part of Kubernetes shares: objects, quantities, selectors, JSON and YAML codecs, patches, server-side apply,
 * JSONPath, validation, and errors in the words of a real API server. Free of I/O, of time and of Node; runs in a browser.
 *
 * Objects are plain JSON, frozen and shared. What changes one returns a new value that shares the rest with the old one;
 * {@link thaw} makes a private copy where many changes are due.
 *
 * ```ts
 * import { createFieldManager, deepFreeze, parseLabelSelector, parseQuantity, type Schema } from "@pinnace/apimachinery";
 *
 * console.log(parseQuantity("1024Mi").toString(), parseQuantity("250m").multiply(4).value()); // 1Gi 1
 * console.log(parseLabelSelector("app in (web, api), !canary").matches({ app: "web" })); // true
 *
 * const schema: Schema = {
 *   type: "object",
 *   properties: {
 *     apiVersion: { type: "string" },
 *     kind: { type: "string" },
 *     metadata: { type: "object", properties: { name: { type: "string" } } },
 *     data: { type: "object", additionalProperties: { type: "string" } },
 *   },
 * };
 * const fields = createFieldManager({ group: "", version: "v1", kind: "Settings", schema, resolve: () => schema });
 * const settings = (data: Record<string, string>) => ({
 *   apiVersion: "v1",
 *   kind: "Settings",
 *   metadata: { name: "a" },
 *   data,
 * });
 *
 * const first = fields.apply(undefined, settings({ color: "red" }), { manager: "anna", force: false, now: 0 });
 * try {
 *   fields.apply(deepFreeze(first.object), settings({ color: "blue" }), { manager: "ben", force: false, now: 1000 });
 * } catch (error) {
 *   console.log((error as Error).message); // Apply failed with 1 conflict: conflict with "anna": .data.color
 * }
 * ```
 *
 * Everything that an API answers as a failure is a {@link StatusError} with upstream's code, reason, text and details:
 * {@link notFound}, {@link conflict}, {@link invalid} and the others. Field errors come from {@link required},
 * {@link invalidValue} and their kind, with a {@link fieldPath}. Texts follow Kubernetes 1.36.
 *
 * Server-side apply is KEP-555 with the semantics of structured-merge-diff; patches are RFC 6902, RFC 7386 and the
 * strategic merge of Kubernetes.
 *
 * @packageDocumentation
 */
export { type Decoded, type DecodeError, decodeJson, decodeYaml, encodeJson } from "./codec/decode.ts";
export { type DecodeErrorCode, MAX_DEPTH } from "./codec/decode-error.ts";
export { type DecodedFields, type DecodeFieldsOptions, decodeFields, type Mismatch } from "./codec/decode-fields.ts";
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
export { mergeApplyConfiguration } from "./managed-fields/apply-configuration.ts";
export {
  type Applied,
  createFieldManager,
  type FieldManager,
  type FieldManagerOptions,
  type FieldManagerWrite,
} from "./managed-fields/field-manager.ts";
export { LAST_APPLIED_ANNOTATION } from "./managed-fields/last-applied.ts";
export { objectMetaSchema } from "./managed-fields/object-schema.ts";
export type { VersionView, VersionViews } from "./managed-fields/ownership.ts";
export * from "./object.ts";
export { printGo } from "./patches/go-print.ts";
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
export { formatMicroTime, formatTime, parseMicroTime, parseTime, type TimeError, timeOf } from "./time.ts";
export { Correlation, oldItem } from "./validation/correlation.ts";
export { compileGoPattern } from "./validation/go-pattern.ts";
export * from "./validation/ip.ts";
export * from "./validation/label-selector.ts";
export * from "./validation/names.ts";
export * from "./validation/object-meta.ts";
export { validateSchema } from "./validation/schema.ts";
export * from "./validation/text-rules.ts";
