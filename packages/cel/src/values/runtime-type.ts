import { type CelType, unwrapOptional } from "../types/cel-type.ts";
import { typeOfValue } from "./type-of.ts";
import { type CelValue, ListValue, MapValue, OptionalValue } from "./value.ts";

/** Whether a value can be passed where a type is declared; of lists and maps the first item is looked at. */
export function matchesType(type: CelType, value: CelValue): boolean {
  switch (type.kind) {
    case "dyn":
    case "any":
    case "param":
      return true;
    case "string":
      return typeof value === "string";
    case "int":
      return typeof value === "bigint";
    case "list":
      if (!(value instanceof ListValue)) return false;
      return value.size === 0 || matchesType(type.parameters[0] as CelType, value.at(0));
    case "map":
      return value instanceof MapValue && matchesEntry(type, value);
    case "type":
      return typeOfValue(value).kind === "type";
  }
  const inner = unwrapOptional(type);
  if (inner !== undefined) {
    return value instanceof OptionalValue && (value.value === undefined || matchesType(inner, value.value));
  }
  const found = typeOfValue(value);
  return found.kind === type.kind && found.name === type.name;
}

function matchesEntry(type: CelType, map: MapValue): boolean {
  const key = map.size === 0 ? undefined : map.keys()[0];
  if (key === undefined) return true;
  const value = map.find(key);
  return (
    matchesType(type.parameters[0] as CelType, key) &&
    (value === undefined || matchesType(type.parameters[1] as CelType, value))
  );
}
