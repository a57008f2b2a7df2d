import {
  declare,
  type FunctionDeclaration,
  type Implementation,
  member,
  type Overload,
  overload,
} from "../check/declarations.ts";
import { Op } from "../syntax/ast.ts";
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  paramType,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from "../types/cel-type.ts";
import { add, divide, modulo, multiply, negate, noOperator, not, size, subtract } from "../values/arithmetic.ts";
import { compare, NO_SUCH_OVERLOAD } from "../values/compare.ts";
import {
  toBool,
  toBytes,
  toDouble,
  toDuration,
  toInt,
  toText,
  toTimestamp,
  toType,
  toUint,
} from "../values/convert.ts";
import { contains } from "../values/lookup.ts";
import { CelError, type CelValue } from "../values/value.ts";
import { matches } from "./patterns.ts";
import { timeFunctions } from "./times.ts";

const A = paramType("A");
const B = paramType("B");
const LIST = listType(A);
const MAP = mapType(A, B);

/** Names of types within the names of overloads. */
const SHORT: ReadonlyMap<CelType, string> = new Map([
  [BOOL, "bool"],
  [INT, "int64"],
  [UINT, "uint64"],
  [DOUBLE, "double"],
  [STRING, "string"],
  [BYTES, "bytes"],
  [TIMESTAMP, "timestamp"],
  [DURATION, "duration"],
]);

const ORDERED: readonly (readonly [CelType, CelType])[] = [
  [BOOL, BOOL],
  [INT, INT],
  [INT, DOUBLE],
  [INT, UINT],
  [UINT, UINT],
  [UINT, DOUBLE],
  [UINT, INT],
  [DOUBLE, DOUBLE],
  [DOUBLE, INT],
  [DOUBLE, UINT],
  [STRING, STRING],
  [BYTES, BYTES],
  [TIMESTAMP, TIMESTAMP],
  [DURATION, DURATION],
];

function ordering(name: string, id: string, holds: (order: number) => boolean): FunctionDeclaration {
  const overloads = ORDERED.map(([a, b]) =>
    overload(`${id}_${SHORT.get(a)}${a === b ? "" : `_${SHORT.get(b)}`}`, [a, b], BOOL),
  );
  return declare(name, overloads, (a, b) => {
    const order = compare(a as CelValue, b as CelValue);
    if (!(order instanceof CelError)) return holds(order);
    return compare(a as CelValue, a as CelValue) === NO_SUCH_OVERLOAD ? noOperator(a as CelValue, name) : order;
  });
}

function arithmetic(
  name: string,
  run: Implementation,
  signatures: readonly (readonly [string, CelType, CelType, CelType])[],
): FunctionDeclaration {
  return declare(
    name,
    signatures.map(([id, a, b, result]) => overload(id, [a, b], result)),
    run,
  );
}

const OPERATORS: readonly FunctionDeclaration[] = [
  declare(Op.conditional, [overload("conditional", [BOOL, A, A], A)]),
  declare(Op.and, [overload("logical_and", [BOOL, BOOL], BOOL)]),
  declare(Op.or, [overload("logical_or", [BOOL, BOOL], BOOL)]),
  declare(Op.not, [overload("logical_not", [BOOL], BOOL)], (a) => not(a as CelValue)),
  declare(Op.notStrictlyFalse, [overload("not_strictly_false", [BOOL], BOOL)]),
  declare(Op.equals, [overload("equals", [A, A], BOOL)]),
  declare(Op.notEquals, [overload("not_equals", [A, A], BOOL)]),
  arithmetic(Op.add, (a, b) => add(a as CelValue, b as CelValue), [
    ["add_bytes", BYTES, BYTES, BYTES],
    ["add_double", DOUBLE, DOUBLE, DOUBLE],
    ["add_duration_duration", DURATION, DURATION, DURATION],
    ["add_duration_timestamp", DURATION, TIMESTAMP, TIMESTAMP],
    ["add_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP],
    ["add_int64", INT, INT, INT],
    ["add_list", LIST, LIST, LIST],
    ["add_string", STRING, STRING, STRING],
    ["add_uint64", UINT, UINT, UINT],
  ]),
  arithmetic(Op.divide, (a, b) => divide(a as CelValue, b as CelValue), [
    ["divide_double", DOUBLE, DOUBLE, DOUBLE],
    ["divide_int64", INT, INT, INT],
    ["divide_uint64", UINT, UINT, UINT],
  ]),
  arithmetic(Op.modulo, (a, b) => modulo(a as CelValue, b as CelValue), [
    ["modulo_int64", INT, INT, INT],
    ["modulo_uint64", UINT, UINT, UINT],
  ]),
  arithmetic(Op.multiply, (a, b) => multiply(a as CelValue, b as CelValue), [
    ["multiply_double", DOUBLE, DOUBLE, DOUBLE],
    ["multiply_int64", INT, INT, INT],
    ["multiply_uint64", UINT, UINT, UINT],
  ]),
  declare(Op.negate, [overload("negate_double", [DOUBLE], DOUBLE), overload("negate_int64", [INT], INT)], (a) =>
    negate(a as CelValue),
  ),
  arithmetic(Op.subtract, (a, b) => subtract(a as CelValue, b as CelValue), [
    ["subtract_double", DOUBLE, DOUBLE, DOUBLE],
    ["subtract_duration_duration", DURATION, DURATION, DURATION],
    ["subtract_int64", INT, INT, INT],
    ["subtract_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP],
    ["subtract_timestamp_timestamp", TIMESTAMP, TIMESTAMP, DURATION],
    ["subtract_uint64", UINT, UINT, UINT],
  ]),
  ordering(Op.less, "less", (order) => order < 0),
  ordering(Op.lessEquals, "less_equals", (order) => order <= 0),
  ordering(Op.greater, "greater", (order) => order > 0),
  ordering(Op.greaterEquals, "greater_equals", (order) => order >= 0),
  declare(Op.index, [overload("index_list", [LIST, INT], A), overload("index_map", [MAP, A], B)]),
  declare(Op.in, [overload("in_list", [A, LIST], BOOL), overload("in_map", [A, MAP], BOOL)], (a, b) =>
    contains(b as CelValue, a as CelValue),
  ),
  declare(
    "size",
    [
      overload("size_bytes", [BYTES], INT),
      member("bytes_size", [BYTES], INT),
      overload("size_list", [LIST], INT),
      member("list_size", [LIST], INT),
      overload("size_map", [MAP], INT),
      member("map_size", [MAP], INT),
      overload("size_string", [STRING], INT),
      member("string_size", [STRING], INT),
    ],
    (a) => size(a as CelValue),
  ),
];

/** Conversions to one type from several: what can be converted, and the overloads' names. */
function conversion(
  name: string,
  to: CelType,
  run: (value: CelValue) => CelValue,
  from: readonly (readonly [CelType, string])[],
): FunctionDeclaration {
  return declare(
    name,
    from.map(([type, id]) => overload(id, [type], to, (a) => run(a as CelValue))),
  );
}

const CONVERSIONS: readonly FunctionDeclaration[] = [
  declare("type", [overload("type", [A], typeOf(A))], (a) => toType(a as CelValue)),
  conversion("bool", BOOL, toBool, [
    [BOOL, "bool_to_bool"],
    [STRING, "string_to_bool"],
  ]),
  conversion("bytes", BYTES, toBytes, [
    [BYTES, "bytes_to_bytes"],
    [STRING, "string_to_bytes"],
  ]),
  conversion("double", DOUBLE, toDouble, [
    [DOUBLE, "double_to_double"],
    [INT, "int64_to_double"],
    [STRING, "string_to_double"],
    [UINT, "uint64_to_double"],
  ]),
  conversion("duration", DURATION, toDuration, [
    [DURATION, "duration_to_duration"],
    [INT, "int64_to_duration"],
    [STRING, "string_to_duration"],
  ]),
  declare("dyn", [overload("to_dyn", [A], DYN)], (a) => a as CelValue),
  conversion("int", INT, toInt, [
    [INT, "int64_to_int64"],
    [DOUBLE, "double_to_int64"],
    [DURATION, "duration_to_int64"],
    [STRING, "string_to_int64"],
    [TIMESTAMP, "timestamp_to_int64"],
    [UINT, "uint64_to_int64"],
  ]),
  conversion("string", STRING, toText, [
    [STRING, "string_to_string"],
    [BOOL, "bool_to_string"],
    [BYTES, "bytes_to_string"],
    [DOUBLE, "double_to_string"],
    [DURATION, "duration_to_string"],
    [INT, "int64_to_string"],
    [TIMESTAMP, "timestamp_to_string"],
    [UINT, "uint64_to_string"],
  ]),
  conversion("timestamp", TIMESTAMP, toTimestamp, [
    [TIMESTAMP, "timestamp_to_timestamp"],
    [INT, "int64_to_timestamp"],
    [STRING, "string_to_timestamp"],
  ]),
  conversion("uint", UINT, toUint, [
    [UINT, "uint64_to_uint64"],
    [DOUBLE, "double_to_uint64"],
    [INT, "int64_to_uint64"],
    [STRING, "string_to_uint64"],
  ]),
];

/** A test on two strings, which finds out by itself that it got something else. */
function textTest(name: string, id: string, test: (text: string, other: string) => boolean): FunctionDeclaration {
  const run: Implementation = (a, b) =>
    typeof a === "string" && typeof b === "string" ? test(a, b) : NO_SUCH_OVERLOAD;
  const only: Overload = { ...member(id, [STRING, STRING], BOOL, run), guarded: false };
  return declare(name, [only]);
}

const TEXT: readonly FunctionDeclaration[] = [
  textTest("contains", "contains_string", (text, part) => text.includes(part)),
  textTest("endsWith", "ends_with_string", (text, part) => text.endsWith(part)),
  textTest("startsWith", "starts_with_string", (text, part) => text.startsWith(part)),
  declare(
    "matches",
    [overload("matches", [STRING, STRING], BOOL), member("matches_string", [STRING, STRING], BOOL)],
    (a, b) => matches(a as CelValue, b as CelValue),
  ),
];

/** The language's own functions and operators. */
export const STANDARD: readonly FunctionDeclaration[] = [...OPERATORS, ...CONVERSIONS, ...TEXT, ...timeFunctions()];

/** Functions that turn one constant into another while an expression is compiled. */
export const CONSTANT_CONVERSIONS: ReadonlySet<string> = new Set(CONVERSIONS.map((each) => each.name));
