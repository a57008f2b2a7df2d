import type { CheckedExpr } from "../check/checked.ts";
import type { FunctionDeclaration } from "../check/declarations.ts";
import { CREATE_LIST_COST, CREATE_MAP_COST, CREATE_STRUCT_COST } from "../cost/constants.ts";
import {
  ACCUMULATOR,
  type Call,
  type Comprehension,
  type CreateList,
  type CreateMap,
  type CreateStruct,
  type Expr,
  Op,
  type Select,
} from "../syntax/ast.ts";
import { CelType } from "../types/cel-type.ts";
import { CollectingList, CollectingMap, EntryMap, ItemList } from "../values/collections.ts";
import { shown } from "../values/convert.ts";
import { createStruct } from "../values/struct.ts";
import { CelError, type CelValue, ListValue, MapValue, OptionalValue } from "../values/value.ts";
import {
  type Attribute,
  conditionalAttribute,
  keyQualifier,
  localAttribute,
  presenceQualifier,
  relativeAttribute,
  variableAttribute,
} from "./attribute.ts";
import { planCall } from "./calls.ts";
import { planFold } from "./fold.ts";
import type { Frame } from "./frame.ts";
import { planAnd, planOptionalOr, planOr } from "./logic.ts";
import { membershipOf } from "./membership.ts";
import { constantPlan, type Plan } from "./plan.ts";

/** A constant part of an expression cannot be computed: the whole cannot run. */
export class PlanError extends Error {}

/** Makes a checked expression ready to run. Throws {@link PlanError}. */
export function plan(checked: CheckedExpr, functions: ReadonlyMap<string, FunctionDeclaration>): Plan {
  return new Planner(checked, functions).plan(checked.expr);
}

interface Local {
  readonly slot: number;
  readonly init?: (frame: Frame) => CelValue;
}

class Planner {
  readonly #checked: CheckedExpr;
  readonly #functions: ReadonlyMap<string, FunctionDeclaration>;
  #locals: ReadonlyMap<string, Local> = new Map();
  #slots = 0;

  constructor(checked: CheckedExpr, functions: ReadonlyMap<string, FunctionDeclaration>) {
    this.#checked = checked;
    this.#functions = functions;
  }

  plan(expr: Expr): Plan {
    const reference = this.#checked.references.get(expr);
    if (reference?.kind === "type" && expr.kind !== "struct") return constantPlan(runtimeType(reference.type));
    if (reference?.kind === "variable") return attributePlan(this.#variable(reference.name));
    switch (expr.kind) {
      case "literal":
        return constantPlan(expr.value);
      case "ident":
        return attributePlan(this.#variable(expr.name));
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return this.#struct(expr);
      case "comprehension":
        return this.#comprehension(expr);
    }
  }

  #variable(name: string): Attribute {
    const local = this.#locals.get(name);
    return local === undefined ? variableAttribute(name) : localAttribute(local.slot, local.init);
  }

  #select(expr: Select): Plan {
    const attribute = this.#attributeOf(expr.operand);
    const { field } = expr;
    if (!expr.testOnly) {
      attribute.add(keyQualifier(() => field, false));
      return attributePlan(attribute);
    }
    attribute.add(presenceQualifier(field));
    const run = (frame: Frame): CelValue => {
      const value = attribute.resolve(frame);
      frame.charge(attribute.baseCost - 1);
      return value instanceof OptionalValue ? value.value !== undefined : value;
    };
    return { run, attribute };
  }

  #attributeOf(expr: Expr): Attribute {
    const operand = this.plan(expr);
    return operand.attribute ?? relativeAttribute(operand);
  }

  #call(expr: Call): Plan {
    const args = (expr.target === undefined ? expr.args : [expr.target, ...expr.args]).map((each) => this.plan(each));
    const reference = this.#checked.references.get(expr);
    const overloads = reference?.kind === "function" ? reference.overloads : [];
    const overload = overloads.length === 1 ? (overloads[0] as string) : "";
    const [first, second, third] = args as [Plan, Plan, Plan];
    switch (expr.function) {
      case Op.and:
        return planAnd(args);
      case Op.or:
        return planOr(args);
      case Op.conditional:
        return conditionalPlan(first, second, third);
      case Op.index:
        return indexPlan(first, second, false);
      case Op.optionalIndex:
      case Op.optionalSelect:
        return indexPlan(first, second, true);
      case "or":
      case "orValue":
        if (args.length === 2) return planOptionalOr(first, second, expr.function === "orValue");
    }
    if (overload === "in_list" && second.constant !== undefined) {
      const membership = membershipOf(second.constant.value as ListValue);
      if (membership !== undefined) return membership(first);
    }
    const declaration = this.#functions.get(expr.function) as FunctionDeclaration;
    const planned = planCall(declaration, overload, args);
    if (planned instanceof CelError) throw new PlanError(planned.message);
    return planned;
  }

  #list(expr: CreateList): Plan {
    const elements = expr.elements.map((each) => this.plan(each));
    const { optional } = expr;
    const make = (values: readonly CelValue[]): CelValue => {
      if (optional.size === 0) return new ItemList(values);
      const items: CelValue[] = [];
      for (const [index, value] of values.entries()) {
        if (!optional.has(index)) items.push(value);
        else if (!(value instanceof OptionalValue)) return notOptional("optional list element", value);
        else if (value.value !== undefined) items.push(value.value);
      }
      return new ItemList(items);
    };
    return constructorPlan(elements, make, CREATE_LIST_COST);
  }

  #map(expr: CreateMap): Plan {
    const parts = expr.entries.flatMap(({ key, value }) => [this.plan(key), this.plan(value)]);
    const make = (values: readonly CelValue[]): CelValue => {
      const entries: (readonly [CelValue, CelValue])[] = [];
      for (const [index, { optional }] of expr.entries.entries()) {
        const [key, value] = [values[index * 2], values[index * 2 + 1]] as [CelValue, CelValue];
        if (!optional) entries.push([key, value]);
        else if (!(value instanceof OptionalValue)) return notOptional(`optional entry '${shown(key)}'`, value);
        else if (value.value !== undefined) entries.push([key, value.value]);
      }
      return EntryMap.of(entries);
    };
    return constructorPlan(parts, make, CREATE_MAP_COST);
  }

  #struct(expr: CreateStruct): Plan {
    const values = expr.fields.map((field) => this.plan(field.value));
    const make = (made: readonly CelValue[]): CelValue => {
      const fields = new Map<string, CelValue>();
      for (const [index, { name, optional }] of expr.fields.entries()) {
        const value = made[index] as CelValue;
        if (!optional) fields.set(name, value);
        else if (!(value instanceof OptionalValue)) return notOptional(`optional entry '${name}'`, value);
        else if (value.value !== undefined) fields.set(name, value.value);
      }
      return createStruct(expr.typeName, fields);
    };
    return { run: constructing(values, make, CREATE_STRUCT_COST) };
  }

  #comprehension(expr: Comprehension): Plan {
    const range = this.plan(expr.range);
    const init = this.plan(expr.init);
    const outer = this.#locals;
    const [accumulator, first, second] = [this.#slots, this.#slots + 1, this.#slots + 2];
    this.#slots += 3;
    const inner = new Map(outer);
    inner.set(expr.accumulator, { slot: accumulator, init: collecting(expr, init) });
    const loop = new Map(inner);
    loop.set(expr.variable, { slot: first });
    if (expr.variable2 !== undefined) loop.set(expr.variable2, { slot: second });
    this.#locals = loop;
    const condition = this.plan(expr.condition);
    const step = this.plan(expr.step);
    this.#locals = inner;
    const result = this.plan(expr.result);
    this.#locals = outer;
    const slots = { accumulator, first, second };
    return planFold({ range, condition, step, result, slots, two: expr.variable2 !== undefined });
  }
}

/** What macros collect in starts as an empty list or map that can be added to. */
function collecting(expr: Comprehension, init: Plan): (frame: Frame) => CelValue {
  if (expr.accumulator !== ACCUMULATOR) return init.run;
  return (frame) => {
    const value = init.run(frame);
    if (value instanceof ListValue && value.size === 0) return new CollectingList();
    return value instanceof MapValue && value.size === 0 ? new CollectingMap() : value;
  };
}

/** The type as a value, which has no parameters. */
function runtimeType(type: CelType): CelType {
  return type.parameters.length === 0 ? type : new CelType(type.kind, type.name);
}

function attributePlan(attribute: Attribute): Plan {
  const { baseCost } = attribute;
  const run = (frame: Frame): CelValue => {
    const value = attribute.resolve(frame);
    frame.charge(baseCost);
    return value;
  };
  return { run, attribute };
}

function conditionalPlan(condition: Plan, yes: Plan, no: Plan): Plan {
  const branch = (each: Plan): Attribute => each.attribute ?? relativeAttribute(each);
  return attributePlan(conditionalAttribute(condition, branch(yes), branch(no)));
}

function indexPlan(operand: Plan, index: Plan, optional: boolean): Plan {
  const attribute = operand.attribute ?? relativeAttribute(operand);
  const { attribute: at } = index;
  attribute.add(keyQualifier(at === undefined ? index.run : (frame) => at.resolve(frame), optional));
  return attributePlan(attribute);
}

function notOptional(what: string, value: CelValue): CelError {
  return new CelError(`cannot initialize ${what} from non-optional value ${shown(value)}`);
}

/** Runs parts in order; the first error is the result. The whole costs the same in any case. */
function constructing(
  parts: readonly Plan[],
  make: (values: readonly CelValue[]) => CelValue,
  cost: number,
): (frame: Frame) => CelValue {
  return (frame) => {
    const values: CelValue[] = [];
    let result: CelValue | undefined;
    for (const part of parts) {
      const value = part.run(frame);
      if (value instanceof CelError) {
        result = value;
        break;
      }
      values.push(value);
    }
    frame.charge(cost);
    return result ?? make(values);
  };
}

/** As {@link constructing}; what is made of constants is made once and costs nothing. */
function constructorPlan(parts: readonly Plan[], make: (values: readonly CelValue[]) => CelValue, cost: number): Plan {
  const constants = parts.map((part) => part.constant);
  if (constants.every((each) => each !== undefined)) return constantPlan(make(constants.map((each) => each.value)));
  return { run: constructing(parts, make, cost) };
}
