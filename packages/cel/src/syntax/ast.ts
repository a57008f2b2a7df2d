import type { CelValue } from "../values/value.ts";

/** A node of an expression. `offset` is where its errors point to, in UTF-16 units of the text. */
export type Expr = Literal | Ident | Select | Call | CreateList | CreateMap | CreateStruct | Comprehension;

export interface Literal {
  readonly kind: "literal";
  readonly offset: number;
  readonly value: CelValue;
}

export interface Ident {
  readonly kind: "ident";
  readonly offset: number;
  readonly name: string;
}

export interface Select {
  readonly kind: "select";
  readonly offset: number;
  readonly operand: Expr;
  readonly field: string;
  /** Made by `has(operand.field)`. */
  readonly testOnly: boolean;
}

/** A function or operator. The type checker turns `a.b(c)` into `b` without a target where `a.b` is a function's name. */
export interface Call {
  readonly kind: "call";
  readonly offset: number;
  function: string;
  target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface CreateList {
  readonly kind: "list";
  readonly offset: number;
  readonly elements: readonly Expr[];
  /** The indices of elements written with `?`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry {
  readonly offset: number;
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface CreateMap {
  readonly kind: "map";
  readonly offset: number;
  readonly entries: readonly MapEntry[];
}

export interface StructField {
  readonly offset: number;
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface CreateStruct {
  readonly kind: "struct";
  readonly offset: number;
  readonly typeName: string;
  readonly fields: readonly StructField[];
}

/** What the macros make: a fold over a list, a map's keys, or both keys and values. */
export interface Comprehension {
  readonly kind: "comprehension";
  readonly offset: number;
  readonly range: Expr;
  readonly variable: string;
  readonly variable2: string | undefined;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** The name that macros accumulate in; no text can spell it. */
export const ACCUMULATOR = "@result";

/** Operators by the names of their functions. */
export const Op = {
  conditional: "_?_:_",
  and: "_&&_",
  or: "_||_",
  not: "!_",
  negate: "-_",
  equals: "_==_",
  notEquals: "_!=_",
  less: "_<_",
  lessEquals: "_<=_",
  greater: "_>_",
  greaterEquals: "_>=_",
  add: "_+_",
  subtract: "_-_",
  multiply: "_*_",
  divide: "_/_",
  modulo: "_%_",
  index: "_[_]",
  optionalIndex: "_[?_]",
  optionalSelect: "_?._",
  in: "@in",
  notStrictlyFalse: "@not_strictly_false",
} as const;

/** A copy of a tree with nodes of its own: types are kept by node. */
export function copyExpr(expr: Expr): Expr {
  switch (expr.kind) {
    case "literal":
    case "ident":
      return { ...expr };
    case "select":
      return { ...expr, operand: copyExpr(expr.operand) };
    case "call":
      return { ...expr, target: expr.target && copyExpr(expr.target), args: expr.args.map(copyExpr) };
    case "list":
      return { ...expr, elements: expr.elements.map(copyExpr) };
    case "map":
      return { ...expr, entries: expr.entries.map((e) => ({ ...e, key: copyExpr(e.key), value: copyExpr(e.value) })) };
    case "struct":
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: copyExpr(field.value) })) };
    case "comprehension":
      return {
        ...expr,
        range: copyExpr(expr.range),
        init: copyExpr(expr.init),
        condition: copyExpr(expr.condition),
        step: copyExpr(expr.step),
        result: copyExpr(expr.result),
      };
  }
}

/** The parts of a node, in the order in which upstream walks them. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [expr.operand];
    case "call":
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case "list":
      return expr.elements;
    case "map":
      return expr.entries.flatMap((entry) => [entry.key, entry.value]);
    case "struct":
      return expr.fields.map((field) => field.value);
    case "comprehension":
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}
