import {
  BOOL,
  BYTES,
  CelType,
  DOUBLE,
  DURATION,
  ERROR,
  INT,
  NULL,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from "../types/cel-type.ts";
import {
  CelError,
  type CelValue,
  DurationValue,
  ListValue,
  MapValue,
  OpaqueValue,
  OptionalValue,
  TimestampValue,
  UintValue,
} from "./value.ts";

const LIST = new CelType("list", "list");
const MAP = new CelType("map", "map");
const OPTIONAL = new CelType("opaque", "optional_type");

/** The type of a literal in an expression. */
export function typeOfLiteral(value: CelValue): CelType {
  return typeOfValue(value);
}

/** The type of a value at runtime; lists, maps and optionals have no parameters there. */
export function typeOfValue(value: CelValue): CelType {
  switch (typeof value) {
    case "string":
      return STRING;
    case "boolean":
      return BOOL;
    case "bigint":
      return INT;
    case "number":
      return DOUBLE;
  }
  if (value === null) return NULL;
  if (value instanceof ListValue) return LIST;
  if (value instanceof MapValue) return value.type;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof UintValue) return UINT;
  if (value instanceof TimestampValue) return TIMESTAMP;
  if (value instanceof DurationValue) return DURATION;
  if (value instanceof OptionalValue) return OPTIONAL;
  if (value instanceof OpaqueValue) return value.type;
  if (value instanceof CelError) return ERROR;
  return TYPE;
}

/** The type of maps that are no objects. */
export const MAP_TYPE: CelType = MAP;
