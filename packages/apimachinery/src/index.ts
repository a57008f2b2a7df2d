/**
 * Kubernetes API machinery.
 *
 * @packageDocumentation
 */
export * from "./field-error.ts";
export { FieldPath, fieldPath } from "./field-path.ts";
export { isPrintable, quoteGo } from "./go-quote.ts";
export * from "./object.ts";
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
export * from "./status.ts";
export * from "./status-errors.ts";
