import type { Json } from "./object.ts";

/**
 * The structural schema of a value: the part of OpenAPI v3 that Kubernetes uses. Built-in kinds and custom resources
 * are described alike, so that defaulting, validation, pruning, patches, apply and OpenAPI have one code path. Immutable.
 */
export interface Schema {
  /** The name of another definition, such as `io.k8s.api.core.v1.PodSpec`; look it up with {@link SchemaResolver}. */
  readonly $ref?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  /** `int32`, `int64`, `double`, `byte`, `date-time`, `int-or-string`, `quantity`, ... */
  readonly format?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  /** The schema of map values; `true` allows anything. */
  readonly additionalProperties?: Schema | boolean;
  /** Applied by the schema-driven defaulter of custom resources; built-in kinds document it and default in code. */
  readonly default?: Json;
  readonly nullable?: boolean;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly title?: string;
  /** How server-side apply merges a list (default `atomic`). */
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  /** The members that identify an item of a `map` list. */
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  /** How server-side apply merges a map (default `granular`). */
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`, comma-separated. */
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-validations"?: readonly { readonly [name: string]: Json }[];
  readonly "x-kubernetes-unions"?: Json;
  /** The Go type that a decoder's messages name, where it is not that of `type`: `[]v1.Protocol`. Never published. */
  readonly "x-go-type"?: string;
  /** The inlined Go structs that hold the field, separated by dots. Never published. */
  readonly "x-go-inline"?: string;
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** Finds a definition by the name in `$ref`; throws `TypeError` when there is none. */
export type SchemaResolver = (ref: string) => Schema;

/** The schema behind a `$ref`, or the schema itself. A `$ref`'s siblings (description, default, x-kubernetes-*) stay on the field. */
export function resolveSchema(schema: Schema, resolve: SchemaResolver): Schema {
  return schema.$ref === undefined ? schema : resolve(schema.$ref);
}
