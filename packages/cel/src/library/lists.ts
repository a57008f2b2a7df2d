import { declare, type FunctionDeclaration, member, overload } from "../check/declarations.ts";
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  paramType,
  STRING,
  TIMESTAMP,
  UINT,
} from "../types/cel-type.ts";
import { add, noOperator } from "../values/arithmetic.ts";
import { ItemList, toItems } from "../values/collections.ts";
import { compare, equals, isComparable, NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { typeOfValue } from "../values/type-of.ts";
import { CelError, type CelValue, DurationValue, ListValue, UintValue } from "../values/value.ts";

const A = paramType("A");
const T = paramType("T");

/** The name in overloads, the type, and the sum of nothing. */
const SUMMABLE: readonly (readonly [string, CelType, CelValue])[] = [
  ["int", INT, 0n],
  ["uint", UINT, new UintValue(0n)],
  ["double", DOUBLE, 0],
  ["duration", DURATION, new DurationValue(0n)],
];

const COMPARABLE: readonly (readonly [string, CelType])[] = [
  ["int", INT],
  ["uint", UINT],
  ["double", DOUBLE],
  ["bool", BOOL],
  ["duration", DURATION],
  ["timestamp", TIMESTAMP],
  ["string", STRING],
  ["bytes", BYTES],
];

const items = (list: CelValue | undefined): readonly CelValue[] => toItems(list as ListValue);

function isSorted(list: CelValue): CelValue {
  let previous: CelValue | undefined;
  for (const item of items(list)) {
    if (!isComparable(item)) return NO_SUCH_OVERLOAD;
    if (previous !== undefined && compare(previous, item) === 1) return false;
    previous = item;
  }
  return true;
}

function extreme(list: CelValue, name: string, replaces: 1 | -1): CelValue {
  let result: CelValue | undefined;
  for (const item of items(list)) {
    if (!isComparable(item)) return NO_SUCH_OVERLOAD;
    if (result === undefined || compare(result, item) === replaces) result = item;
  }
  return result ?? new CelError(`${name} called on empty list`);
}

function indexIn(list: CelValue, item: CelValue, last: boolean): CelValue {
  const all = items(list);
  const isItem = (each: CelValue): boolean => equals(each, item) === true;
  return BigInt(last ? all.findLastIndex(isItem) : all.findIndex(isItem));
}

/** Kubernetes' own functions on lists. */
export const KUBERNETES_LISTS: readonly FunctionDeclaration[] = [
  declare(
    "isSorted",
    COMPARABLE.map(([name, type]) =>
      member(`list_${name}_is_sorted_bool`, [listType(type)], BOOL, (list) => isSorted(list as CelValue)),
    ),
  ),
  declare(
    "sum",
    SUMMABLE.map(([name, type, zero]) =>
      member(`list_${name}_sum_${name}`, [listType(type)], type, (list) =>
        items(list).reduce((sum, item) => (sum instanceof CelError ? sum : add(sum, item)), zero),
      ),
    ),
  ),
  ...(["max", "min"] as const).map((which) =>
    declare(
      which,
      COMPARABLE.map(([name, type]) =>
        member(`list_${name}_${which}_${name}`, [listType(type)], type, (list) =>
          extreme(list as CelValue, which, which === "max" ? -1 : 1),
        ),
      ),
    ),
  ),
  declare("indexOf", [
    member("list_a_index_of_int", [listType(A), A], INT, (list, item) =>
      indexIn(list as CelValue, item as CelValue, false),
    ),
  ]),
  declare("lastIndexOf", [
    member("list_a_last_index_of_int", [listType(A), A], INT, (list, item) =>
      indexIn(list as CelValue, item as CelValue, true),
    ),
  ]),
];

function slice(list: CelValue, start: bigint, end: bigint): CelValue {
  const what = `cannot slice(${start}, ${end})`;
  const { size } = list as ListValue;
  if (start < 0n || end < 0n) return new CelError(`${what}, negative indexes not supported`);
  if (start > end) return new CelError(`${what}, start index must be less than or equal to end index`);
  if (BigInt(size) < end) return new CelError(`${what}, list is length ${size}`);
  return new ItemList(items(list).slice(Number(start), Number(end)));
}

function flatten(list: CelValue, depth: bigint): CelValue {
  if (depth < 0n) return new CelError("level must be non-negative");
  const flat = (from: CelValue, level: bigint): readonly CelValue[] =>
    items(from).flatMap((item) => (item instanceof ListValue && level > 0n ? flat(item, level - 1n) : [item]));
  return new ItemList(flat(list, depth));
}

/** Sorts by what belongs to each item. Equal ones keep their order. */
function sortBy(list: CelValue, keys: CelValue): CelValue {
  const [all, by] = [items(list), items(keys)];
  if (all.length !== by.length) {
    const counts = `${all.length} and ${by.length} elements respectively`;
    const message = "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got";
    return new CelError(`${message} ${counts}`);
  }
  const first = by[0];
  if (first === undefined) return list;
  if (!isComparable(first)) return new CelError("list elements must be comparable");
  const type = typeOfValue(first);
  if (by.some((key) => typeOfValue(key) !== type)) return new CelError("list elements must have the same type");
  const order = Array.from(all, (_, index) => index);
  order.sort((a, b) => {
    const result = compare(by[a] as CelValue, by[b] as CelValue);
    return result instanceof CelError ? 0 : result;
  });
  return new ItemList(order.map((index) => all[index] as CelValue));
}

function distinct(list: CelValue): CelValue {
  const found: CelValue[] = [];
  for (const item of items(list)) if (!found.some((each) => equals(item, each) === true)) found.push(item);
  return new ItemList(found);
}

/** A range beyond this would fill the memory before anything could stop it. */
const MAX_RANGE = 10_000_000n;

function range(count: bigint): CelValue {
  if (count > MAX_RANGE) return new CelError(`range of ${count} elements is too long`);
  return new ItemList(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => BigInt(index)));
}

const ORDER: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];

/** The lists extension. */
export const LISTS: readonly FunctionDeclaration[] = [
  declare("slice", [
    member("list_slice", [listType(T), INT, INT], listType(T), (list, start, end) =>
      slice(list as CelValue, start as bigint, end as bigint),
    ),
  ]),
  declare("flatten", [
    {
      ...member("list_flatten", [listType(listType(T))], listType(T), (list) =>
        list instanceof ListValue
          ? flatten(list, 1n)
          : new CelError(`no such overload: ${typeOfValue(list as CelValue)}.flatten()`),
      ),
      guarded: false,
    },
    member("list_flatten_int", [listType(DYN), INT], listType(DYN), (list, depth) =>
      flatten(list as CelValue, depth as bigint),
    ),
  ]),
  declare(
    "sort",
    ORDER.map((type) => member(`list_${type.name}_sort`, [listType(type)], listType(type))),
    (list) => (list instanceof ListValue ? sortBy(list, list) : noOperator(list as CelValue, "sort")),
  ),
  declare(
    "@sortByAssociatedKeys",
    ORDER.map((type) => member(`list_${type.name}_sortByAssociatedKeys`, [listType(T), listType(type)], listType(T))),
    (list, keys) => sortBy(list as CelValue, keys as CelValue),
  ),
  declare("lists.range", [overload("lists_range", [INT], listType(INT), (count) => range(count as bigint))]),
  declare("reverse", [
    member("list_reverse", [listType(T)], listType(T), (list) => new ItemList(items(list).toReversed())),
  ]),
  declare("distinct", [member("list_distinct", [listType(T)], listType(T), (list) => distinct(list as CelValue))]),
];

function containsAll(list: CelValue, part: CelValue): CelValue {
  for (const item of items(part)) {
    const has = (list as ListValue).has(item);
    if (has !== true) return has;
  }
  return true;
}

function both(a: CelValue, b: CelValue): CelValue {
  const first = containsAll(a, b);
  return first === true ? containsAll(b, a) : first;
}

const LIST = listType(T);

/** The sets extension: lists whose order and repetitions do not count. */
export const SETS: readonly FunctionDeclaration[] = [
  declare("sets.contains", [
    overload("list_sets_contains_list", [LIST, LIST], BOOL, (list, part) =>
      containsAll(list as CelValue, part as CelValue),
    ),
  ]),
  declare("sets.equivalent", [
    overload("list_sets_equivalent_list", [LIST, LIST], BOOL, (a, b) => both(a as CelValue, b as CelValue)),
  ]),
  declare("sets.intersects", [
    overload("list_sets_intersects_list", [LIST, LIST], BOOL, (a, b) =>
      items(a).some((item) => (b as ListValue).has(item) === true),
    ),
  ]),
];
