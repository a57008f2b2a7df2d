import { ACCUMULATOR, type Call, type Comprehension, copyExpr, type Expr, type Ident, Op } from "./ast.ts";
import { type Macro, MacroError } from "./macro.ts";

/** Makes nodes at the place of a macro's parenthesis. */
function maker(offset: number) {
  const call = (name: string, ...args: Expr[]): Call => ({
    kind: "call",
    offset,
    function: name,
    target: undefined,
    args,
  });
  return {
    call,
    memberCall: (name: string, target: Expr): Call => ({ kind: "call", offset, function: name, target, args: [] }),
    literal: (value: boolean | bigint): Expr => ({ kind: "literal", offset, value }),
    ident: (name: string): Ident => ({ kind: "ident", offset, name }),
    accumulator: (): Ident => ({ kind: "ident", offset, name: ACCUMULATOR }),
    list: (...elements: Expr[]): Expr => ({ kind: "list", offset, elements, optional: new Set() }),
    map: (): Expr => ({ kind: "map", offset, entries: [] }),
  };
}

/** The variable's name; the texts differ between the macros of the language and those of libraries. */
function variableName(expr: Expr, message: string): string {
  if (expr.kind !== "ident") throw new MacroError(message, expr.offset);
  return expr.name;
}

function iterationVariable(expr: Expr, message: string): string {
  const name = variableName(expr, message);
  if (name === ACCUMULATOR || name === "__result__") {
    throw new MacroError("iteration variable overwrites accumulator variable", expr.offset);
  }
  return name;
}

type Variables = readonly [string] | readonly [string, string];

const SIMPLE_NAME = "argument must be a simple name";

function twoVariables(first: Expr, second: Expr): Variables {
  const names = [variableName(first, SIMPLE_NAME), variableName(second, SIMPLE_NAME)] as const;
  if (names[0] === names[1]) throw new MacroError(`duplicate variable name: ${names[0]}`, second.offset);
  iterationVariable(first, SIMPLE_NAME);
  iterationVariable(second, SIMPLE_NAME);
  return names;
}

interface Fold {
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

function fold(offset: number, range: Expr, variables: Variables, parts: Fold): Comprehension {
  const [variable, variable2] = variables;
  return { kind: "comprehension", offset, range, variable, variable2, accumulator: ACCUMULATOR, ...parts };
}

type Quantifier = (offset: number, predicate: Expr) => Fold;

const all: Quantifier = (offset, predicate) => {
  const make = maker(offset);
  return {
    init: make.literal(true),
    condition: make.call(Op.notStrictlyFalse, make.accumulator()),
    step: make.call(Op.and, make.accumulator(), predicate),
    result: make.accumulator(),
  };
};

const exists: Quantifier = (offset, predicate) => {
  const make = maker(offset);
  return {
    init: make.literal(false),
    condition: make.call(Op.notStrictlyFalse, make.call(Op.not, make.accumulator())),
    step: make.call(Op.or, make.accumulator(), predicate),
    result: make.accumulator(),
  };
};

const existsOne: Quantifier = (offset, predicate) => {
  const make = maker(offset);
  const increment = make.call(Op.add, make.accumulator(), make.literal(1n));
  return {
    init: make.literal(0n),
    condition: make.literal(true),
    step: make.call(Op.conditional, predicate, increment, make.accumulator()),
    result: make.call(Op.equals, make.accumulator(), make.literal(1n)),
  };
};

/** The forms with one variable and with two. */
function quantifiers(name: string, quantifier: Quantifier): readonly [Macro, Macro] {
  const one: Macro["expand"] = (offset, target, [name1, predicate]) =>
    fold(
      offset,
      target as Expr,
      [iterationVariable(name1 as Expr, SIMPLE_NAME)],
      quantifier(offset, predicate as Expr),
    );
  const two: Macro["expand"] = (offset, target, [name1, name2, predicate]) =>
    fold(offset, target as Expr, twoVariables(name1 as Expr, name2 as Expr), quantifier(offset, predicate as Expr));
  return [receiver(name, 2, one), receiver(name, 3, two)];
}

function receiver(name: string, args: number, expand: Macro["expand"]): Macro {
  return { name, args, receiver: true, expand };
}

/** `accumulator + [transform]`, where the filter allows it. */
function collect(offset: number, transform: Expr, filter: Expr | undefined): Fold {
  const make = maker(offset);
  const step = make.call(Op.add, make.accumulator(), make.list(transform));
  return {
    init: make.list(),
    condition: make.literal(true),
    step: filtered(offset, step, filter),
    result: make.accumulator(),
  };
}

function filtered(offset: number, step: Expr, filter: Expr | undefined): Expr {
  const make = maker(offset);
  return filter === undefined ? step : make.call(Op.conditional, filter, step, make.accumulator());
}

const NOT_IDENTIFIER = "argument is not an identifier";

const mapMacro: Macro["expand"] = (offset, target, args) => {
  const variable = iterationVariable(args[0] as Expr, NOT_IDENTIFIER);
  const [filter, transform] = args.length === 3 ? [args[1], args[2]] : [undefined, args[1]];
  return fold(offset, target as Expr, [variable], collect(offset, transform as Expr, filter));
};

const filterMacro: Macro["expand"] = (offset, target, [variable, predicate]) => {
  const name = iterationVariable(variable as Expr, NOT_IDENTIFIER);
  return fold(offset, target as Expr, [name], collect(offset, variable as Expr, predicate));
};

const hasMacro: Macro["expand"] = (offset, _target, [argument]) => {
  if (argument?.kind !== "select") throw new MacroError("invalid argument to has() macro", argument?.offset ?? offset);
  return { kind: "select", offset, operand: argument.operand, field: argument.field, testOnly: true };
};

const transformList: Macro["expand"] = (offset, target, args) => {
  const variables = twoVariables(args[0] as Expr, args[1] as Expr);
  const [filter, transform] = args.length === 4 ? [args[2], args[3]] : [undefined, args[2]];
  return fold(offset, target as Expr, variables, collect(offset, transform as Expr, filter));
};

/** The function that adds to a map; no text can spell it. */
export const MAP_INSERT = "cel.@mapInsert";

function transformMap(withKey: boolean): Macro["expand"] {
  return (offset, target, args) => {
    const make = maker(offset);
    const variables = twoVariables(args[0] as Expr, args[1] as Expr);
    const [filter, transform] = args.length === 4 ? [args[2], args[3]] : [undefined, args[2]];
    const key = withKey ? [make.ident(variables[0])] : [];
    const step = make.call(MAP_INSERT, make.accumulator(), ...key, transform as Expr);
    return fold(offset, target as Expr, variables, {
      init: make.map(),
      condition: make.literal(true),
      step: filtered(offset, step, filter),
      result: make.accumulator(),
    });
  };
}

/** A fold over nothing, whose accumulator is the variable: `cel.bind` and the macros of optionals. */
function bind(offset: number, name: string, value: Expr, result: Expr): Comprehension {
  const make = maker(offset);
  return {
    kind: "comprehension",
    offset,
    range: make.list(),
    variable: "#unused",
    variable2: undefined,
    accumulator: name,
    init: value,
    condition: make.literal(false),
    step: make.ident(name),
    result,
  };
}

function optionalMap(name: string, wrap: boolean): Macro["expand"] {
  return (offset, target, [variable, transform]) => {
    const make = maker(offset);
    const bound = variableName(variable as Expr, `${name}() variable name must be a simple identifier`);
    const value = make.memberCall("value", copyExpr(target as Expr));
    const mapped = bind(offset, bound, value, transform as Expr);
    return make.call(
      Op.conditional,
      make.memberCall("hasValue", target as Expr),
      wrap ? make.call("optional.of", mapped) : mapped,
      make.call("optional.none"),
    );
  };
}

/** The macros of the language and of the libraries that Kubernetes has switched on. */
export const MACROS: readonly Macro[] = [
  { name: "has", args: 1, receiver: false, expand: hasMacro },
  ...quantifiers("all", all),
  ...quantifiers("exists", exists),
  ...quantifiers("exists_one", existsOne),
  quantifiers("existsOne", existsOne)[1],
  receiver("map", 2, mapMacro),
  receiver("map", 3, mapMacro),
  receiver("filter", 2, filterMacro),
  receiver("transformList", 3, transformList),
  receiver("transformList", 4, transformList),
  receiver("transformMap", 3, transformMap(true)),
  receiver("transformMap", 4, transformMap(true)),
  receiver("transformMapEntry", 3, transformMap(false)),
  receiver("transformMapEntry", 4, transformMap(false)),
  receiver("optMap", 2, optionalMap("optMap", true)),
  receiver("optFlatMap", 2, optionalMap("optFlatMap", false)),
];

/** `cel.bind(variable, value, expression)`. */
export const BIND_MACRO: Macro = receiver("bind", 3, (offset, target, [variable, value, result]) => {
  if (target?.kind !== "ident" || target.name !== "cel") return undefined;
  const name = variableName(variable as Expr, "cel.bind() variable names must be simple identifiers");
  return bind(offset, name, value as Expr, result as Expr);
});

const SORTABLE = new Set(["list", "select", "ident", "comprehension", "call"]);

/** `list.sortBy(item, key)`: sorts by a second list, which `map` makes. */
export const SORT_BY_MACRO: Macro = receiver("sortBy", 2, (offset, target, args) => {
  if (target === undefined || !SORTABLE.has(target.kind)) {
    const message = "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
    throw new MacroError(message, target?.offset ?? offset);
  }
  const make = maker(offset);
  const input = "@__sortBy_input__";
  const keys = mapMacro(offset, make.ident(input), args) as Expr;
  const sorted: Call = {
    kind: "call",
    offset,
    function: "@sortByAssociatedKeys",
    target: make.ident(input),
    args: [keys],
  };
  return bind(offset, input, target, sorted);
});
