import type { Schema } from "../schema.ts";

const RESOURCE = "io.k8s.apimachinery.pkg.api.resource.";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

/** Definitions that are scalars in JSON but structs in Go. */
const SCALARS: ReadonlyMap<string, string> = new Map([
  [`${RESOURCE}Quantity`, "quantity"],
  [`${META}Time`, "time"],
  [`${META}MicroTime`, "micro-time"],
  [`${META}Duration`, "duration"],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", "int-or-string"],
]);

/** Definitions that hold any JSON. */
const OPAQUE: ReadonlySet<string> = new Set([
  `${META}FieldsV1`,
  `${META}Patch`,
  "io.k8s.apimachinery.pkg.runtime.RawExtension",
  `${EXTENSIONS}JSON`,
  `${EXTENSIONS}JSONSchemaPropsOrArray`,
  `${EXTENSIONS}JSONSchemaPropsOrBool`,
  `${EXTENSIONS}JSONSchemaPropsOrStringArray`,
]);

/** The definition's name in a `$ref`, which may carry a `#/definitions/` or `#/components/schemas/` prefix. */
export function definitionNameOf(schema: Schema): string | undefined {
  const ref = schema.$ref;
  return ref?.slice(ref.lastIndexOf("/") + 1);
}

/** True when the definition holds any JSON, which nobody looks into. */
export function opaque(definition: string | undefined): boolean {
  return definition !== undefined && OPAQUE.has(definition);
}

/**
 * `string`, `bool`, `int32`, `int64`, `double`, `bytes`, `quantity`, `time`, `micro-time`, `duration`, `int-or-string`; undefined for
 * what is no scalar or whose `$ref` must be followed.
 */
export function scalarKindOf(schema: Schema, definition: string | undefined): string | undefined {
  if (definition !== undefined) {
    const known = SCALARS.get(definition);
    if (known !== undefined || schema.type === undefined) return known;
  }
  switch (schema.type) {
    case "string":
      return stringKind(schema.format);
    case "boolean":
      return "bool";
    case "integer":
      return schema.format === "int32" ? "int32" : "int64";
    case "number":
      return "double";
    default:
      return schema["x-kubernetes-int-or-string"] ? "int-or-string" : undefined;
  }
}

const STRING_FORMATS: Readonly<Record<string, string>> = {
  byte: "bytes",
  quantity: "quantity",
  "date-time": "time",
  "micro-time": "micro-time",
  "int-or-string": "int-or-string",
};

function stringKind(format: string | undefined): string {
  return (format === undefined ? undefined : STRING_FORMATS[format]) ?? "string";
}

const GO_TYPES: Readonly<Record<string, string>> = {
  double: "float64",
  bytes: "[]uint8",
  "int-or-string": "int32",
  time: "string",
  "micro-time": "string",
  duration: "string",
  quantity: "string",
};

/** The Go type that messages name. */
export function goTypeOf(kind: string): string {
  return GO_TYPES[kind] ?? kind;
}

/** `PodSpec`, or with its package `v1.PodSpec`, of `io.k8s.api.core.v1.PodSpec`. */
export function structNameOf(definition: string | undefined, qualified: boolean): string {
  if (definition === undefined) return "";
  const name = definition.lastIndexOf(".");
  return definition.slice((qualified && name > 0 ? definition.lastIndexOf(".", name - 1) : name) + 1);
}

/** What Go puts where JSON says null in a list or map. */
export function zeroOf(kind: string): unknown {
  switch (kind) {
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "double":
    case "int-or-string":
      return 0;
    case "quantity":
      return "0";
    case "array":
      return null;
    case "object":
      return {};
    case "time":
    case "micro-time":
      return null;
    default:
      return "";
  }
}
