/** The documentation of built-in types, in a part that is loaded only when OpenAPI documents are made. */
export interface Descriptions {
  /** Of `apiVersion` and `kind` in every kind. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Of a type, by id (`core/v1.PodSpec`). */
  type(id: string): string | undefined;
  field(id: string, json: string): string | undefined;
  /** Of a value's definition, by its full name (Quantity, IntOrString, ...). */
  value(definitionName: string): string | undefined;
}
