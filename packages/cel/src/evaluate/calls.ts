import type { FunctionDeclaration, Implementation, Overload } from "../check/declarations.ts";
import { type CallCost, callCost } from "../cost/call-cost.ts";
import { compilePattern, type Pattern } from "../library/patterns.ts";
import { CONSTANT_CONVERSIONS } from "../library/standard.ts";
import { Op } from "../syntax/ast.ts";
import { equals, NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { matchesType } from "../values/runtime-type.ts";
import { typeOfValue } from "../values/type-of.ts";
import { CelError, type CelValue } from "../values/value.ts";
import type { Frame } from "./frame.ts";
import { constantPlan, type Plan } from "./plan.ts";

/** Functions whose second argument is a pattern: a constant one is compiled once, and early. */
const PATTERN_FUNCTIONS = new Set(["matches", "find", "findAll"]);

/** A call ready to run, or the error that a constant part of it is. `overload` is "" when several are possible. */
export function planCall(declaration: FunctionDeclaration, overload: string, args: readonly Plan[]): Plan | CelError {
  const { name } = declaration;
  if (name === Op.equals || name === Op.notEquals) return equality(args, name === Op.equals);
  if (name === Op.notStrictlyFalse) return notStrictlyFalse(args[0] as Plan);
  const run = implementation(declaration, overload);
  const cost = callCost(name, overload);
  const constant = args[0]?.constant;
  if (CONSTANT_CONVERSIONS.has(name) && args.length === 1 && constant !== undefined) {
    const value = run(constant.value);
    return value instanceof CelError ? value : constantPlan(value);
  }
  const pattern = PATTERN_FUNCTIONS.has(name) ? args[1]?.constant?.value : undefined;
  const compiled = typeof pattern === "string" ? compilePattern(pattern) : undefined;
  if (compiled instanceof CelError) return compiled;
  if (compiled !== undefined && name === "matches") return variadic(args, matcher(compiled), cost);
  // Upstream calls these with a list of arguments: the ones behind an error are not looked at.
  const dispatched = declaration.run === undefined && overload === "";
  const many = args.length > 2 || dispatched || name === "format" || compiled !== undefined;
  if (args.length === 1) return unary(args[0] as Plan, run, cost);
  return args.length === 2 && !many ? binary(args as [Plan, Plan], run, cost) : variadic(args, run, cost);
}

/** Matches texts against a pattern that is known. */
function matcher(pattern: Pattern): Implementation {
  return (text) => (typeof text === "string" ? pattern.test(text) : NO_SUCH_OVERLOAD);
}

/** The function that serves a call: of the one overload, or one that chooses by what the arguments are. */
function implementation(declaration: FunctionDeclaration, id: string): Implementation {
  if (declaration.run !== undefined) return declaration.run;
  const { name, overloads } = declaration;
  const only = overloads.find((each) => each.id === id) ?? (overloads.length === 1 ? overloads[0] : undefined);
  if (only !== undefined) {
    const run = only.run as Implementation;
    return only.guarded === false ? run : (...args) => (fits(only, args) ? run(...args) : noOverload(name, args));
  }
  return (...args) => {
    const fitting = overloads.find((each) => each.run !== undefined && fits(each, args));
    return fitting === undefined ? noOverload(name, args) : (fitting.run as Implementation)(...args);
  };
}

function fits({ args: types }: Overload, args: readonly CelValue[]): boolean {
  return types.length === args.length && types.every((type, index) => matchesType(type, args[index] as CelValue));
}

function noOverload(name: string, args: readonly CelValue[]): CelError {
  return new CelError(`no such overload: ${name}(${args.map((each) => typeOfValue(each).name).join(", ")})`);
}

function unary(arg: Plan, run: Implementation, cost: CallCost): Plan {
  return {
    run(frame): CelValue {
      const value = arg.run(frame);
      const result = value instanceof CelError ? value : run(value);
      frame.charge(cost([value], result));
      return result;
    },
  };
}

function binary([left, right]: readonly [Plan, Plan], run: Implementation, cost: CallCost): Plan {
  return {
    run(frame): CelValue {
      const a = left.run(frame);
      const b = right.run(frame);
      const result = a instanceof CelError ? a : b instanceof CelError ? b : run(a, b);
      frame.charge(cost([a, b], result));
      return result;
    },
  };
}

/** An error that is not the last argument ends the call before it costs anything. */
function variadic(args: readonly Plan[], run: Implementation, cost: CallCost): Plan {
  return {
    run(frame): CelValue {
      const values: CelValue[] = [];
      let error: CelError | undefined;
      for (const arg of args) {
        const value = arg.run(frame);
        values.push(value);
        if (value instanceof CelError) {
          if (values.length < args.length) return value;
          error = value;
        }
      }
      const result = error ?? run(...values);
      frame.charge(cost(values, result));
      return result;
    },
  };
}

function equality([left, right]: readonly Plan[], positive: boolean): Plan {
  const cost = callCost(positive ? Op.equals : Op.notEquals, positive ? "equals" : "not_equals");
  return {
    run(frame): CelValue {
      const a = (left as Plan).run(frame);
      const b = (right as Plan).run(frame);
      const result = compareForEquality(a, b, positive);
      frame.charge(cost([a, b], result));
      return result;
    },
  };
}

function compareForEquality(a: CelValue, b: CelValue, positive: boolean): CelValue {
  if (a instanceof CelError) return a;
  if (b instanceof CelError) return b;
  const same = equals(a, b);
  return positive ? same : same !== true;
}

/** Goes on with a fold until it is known to be false; errors do not stop it. */
function notStrictlyFalse(arg: Plan): Plan {
  const cost = callCost(Op.notStrictlyFalse, "not_strictly_false");
  return {
    run(frame: Frame): CelValue {
      const value = arg.run(frame);
      const result = typeof value === "boolean" ? value : true;
      frame.charge(cost([value], result));
      return result;
    },
  };
}
