import { declare, type FunctionDeclaration, member, overload } from "../check/declarations.ts";
import { Op } from "../syntax/ast.ts";
import { MAP_INSERT } from "../syntax/macros.ts";
import { BOOL, DYN, INT, listType, mapType, optionalType, paramType, STRING } from "../types/cel-type.ts";
import { type CollectingMap, ItemList } from "../values/collections.ts";
import { NONE } from "../values/lookup.ts";
import { CelError, type CelValue, type ListValue, type MapValue, OptionalValue } from "../values/value.ts";
import { isZero } from "../values/zero.ts";

const K = paramType("K");
const V = paramType("V");
const OPTIONAL = optionalType(V);
const LIST = listType(V);
const MAP = mapType(K, V);

function end(list: CelValue, last: boolean): CelValue {
  const { size } = list as ListValue;
  return size === 0 ? NONE : new OptionalValue((list as ListValue).at(last ? size - 1 : 0));
}

function unwrap(list: CelValue): CelValue {
  const items: CelValue[] = [];
  for (let at = 0; at < (list as ListValue).size; at++) {
    const item = (list as ListValue).at(at);
    if (!(item instanceof OptionalValue)) return new CelError(`value ${String(item)} is not optional`);
    if (item.value !== undefined) items.push(item.value);
  }
  return new ItemList(items);
}

function insertAll(target: CelValue, source: CelValue): CelValue {
  const map = target as CollectingMap;
  for (const key of (source as MapValue).keys()) {
    const result = map.insert(key, (source as MapValue).find(key) as CelValue);
    if (result instanceof CelError) return result;
  }
  return map;
}

/** Optional values, and what collects the maps of macros with two variables. */
export const OPTIONALS: readonly FunctionDeclaration[] = [
  declare("optional.of", [overload("optional_of", [V], OPTIONAL, (value) => new OptionalValue(value as CelValue))]),
  declare("optional.ofNonZeroValue", [
    overload("optional_ofNonZeroValue", [V], OPTIONAL, (value) =>
      isZero(value as CelValue) ? NONE : new OptionalValue(value as CelValue),
    ),
  ]),
  declare("optional.none", [overload("optional_none", [], OPTIONAL, () => NONE)]),
  declare("value", [
    member("optional_value", [OPTIONAL], V, (optional) => {
      const { value } = optional as OptionalValue;
      return value === undefined ? new CelError("optional.none() dereference") : value;
    }),
  ]),
  declare("hasValue", [
    member("optional_hasValue", [OPTIONAL], BOOL, (optional) => (optional as OptionalValue).value !== undefined),
  ]),
  declare("or", [member("optional_or_optional", [OPTIONAL, OPTIONAL], OPTIONAL)]),
  declare("orValue", [member("optional_orValue_value", [OPTIONAL, V], V)]),
  declare(Op.optionalSelect, [overload("select_optional_field", [DYN, STRING], OPTIONAL)]),
  declare(Op.optionalIndex, [
    overload("list_optindex_optional_int", [LIST, INT], OPTIONAL),
    overload("optional_list_optindex_optional_int", [optionalType(LIST), INT], OPTIONAL),
    overload("map_optindex_optional_value", [MAP, K], OPTIONAL),
    overload("optional_map_optindex_optional_value", [optionalType(MAP), K], OPTIONAL),
  ]),
  declare(Op.index, [
    overload("optional_list_index_int", [optionalType(LIST), INT], OPTIONAL),
    overload("optional_map_index_value", [optionalType(MAP), K], OPTIONAL),
  ]),
  declare("last", [member("list_last", [LIST], OPTIONAL, (list) => end(list as CelValue, true))]),
  declare("first", [member("list_first", [LIST], OPTIONAL, (list) => end(list as CelValue, false))]),
  declare("optional.unwrap", [
    overload("optional_unwrap", [listType(OPTIONAL)], LIST, (list) => unwrap(list as CelValue)),
  ]),
  declare("unwrapOpt", [member("optional_unwrapOpt", [listType(OPTIONAL)], LIST, (list) => unwrap(list as CelValue))]),
  declare(MAP_INSERT, [
    overload("@mapInsert_map_key_value", [MAP, K, V], MAP, (map, key, value) =>
      (map as CollectingMap).insert(key as CelValue, value as CelValue),
    ),
    overload("@mapInsert_map_map", [MAP, MAP], MAP, (map, other) => insertAll(map as CelValue, other as CelValue)),
  ]),
];
