import type { CheckedExpr } from "../check/checked.ts";
import { type Estimate, type SizeEstimator, UNBOUNDED } from "../contract.ts";
import {
  ACCUMULATOR,
  type Call,
  type Comprehension,
  type CreateList,
  type CreateMap,
  type Expr,
  type Select,
} from "../syntax/ast.ts";
import { type CelType, unwrapOptional } from "../types/cel-type.ts";
import { sizeOf } from "../values/arithmetic.ts";
import { exactly, ONE, plus, sum, times, UNKNOWN, union, ZERO } from "./amounts.ts";
import { type CallEstimate, type CostNode, libraryEstimate, standardEstimate } from "./call-estimates.ts";
import { CREATE_LIST_COST, CREATE_MAP_COST, CREATE_STRUCT_COST } from "./constants.ts";

/** What an evaluation costs at least and at most. `sizeOf` tells how large data can be. */
export function estimateCost(checked: CheckedExpr, sizeOf: SizeEstimator = () => undefined): Estimate {
  return new Coster(checked, sizeOf).cost(checked.expr);
}

/** Sizes of what is in a list or a map. */
interface EntrySize {
  readonly container: "list" | "map";
  readonly key: Estimate;
  readonly value: Estimate;
}

interface LocalVariable {
  readonly path: readonly string[];
  readonly size: Estimate | undefined;
  readonly entry: EntrySize | undefined;
}

const SELECTABLE = new Set(["map", "struct", "param"]);
const NOTHING_YET: Estimate = { min: UNBOUNDED, max: 0 };

class Coster {
  readonly #checked: CheckedExpr;
  readonly #declared: SizeEstimator;
  readonly #paths = new Map<Expr, readonly string[]>();
  readonly #sizes = new Map<Expr, Estimate>();
  readonly #entries = new Map<Expr, EntrySize>();
  readonly #locals = new Map<string, LocalVariable[]>();

  constructor(checked: CheckedExpr, declared: SizeEstimator) {
    this.#checked = checked;
    this.#declared = declared;
  }

  cost(expr: Expr): Estimate {
    const reference = this.#checked.references.get(expr);
    if (expr.kind === "select" && reference !== undefined && reference.kind !== "function") {
      return this.#ident(expr, reference.name);
    }
    switch (expr.kind) {
      case "literal":
        return ZERO;
      case "ident":
        return this.#ident(expr, expr.name);
      case "select":
        return this.#select(expr);
      case "call":
        return this.#call(expr);
      case "list":
        return this.#list(expr);
      case "map":
        return this.#map(expr);
      case "struct":
        return plus(sum(expr.fields.map((field) => this.cost(field.value))), exactly(CREATE_STRUCT_COST));
      case "comprehension":
        return isBind(expr) ? this.#bind(expr) : this.#comprehension(expr);
    }
  }

  #typeOf(expr: Expr): CelType {
    return this.#checked.types.get(expr) as CelType;
  }

  #local(name: string): LocalVariable | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #push(name: string, variable: LocalVariable): void {
    const stack = this.#locals.get(name);
    if (stack === undefined) this.#locals.set(name, [variable]);
    else stack.push(variable);
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop();
  }

  #ident(expr: Expr, name: string): Estimate {
    this.#paths.set(expr, this.#local(name)?.path ?? [name]);
    return ONE;
  }

  #path(expr: Expr): readonly string[] {
    const local = expr.kind === "ident" ? this.#local(expr.name) : undefined;
    return local?.path ?? this.#paths.get(expr) ?? [];
  }

  #select(expr: Select): Estimate {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    this.#paths.set(expr, [...this.#path(expr.operand), expr.field]);
    return SELECTABLE.has(this.#typeOf(expr.operand).kind) ? plus(operand, ONE) : operand;
  }

  #node(expr: Expr): CostNode {
    const path = this.#path(expr);
    const known = path[0] === ACCUMULATOR || path[0] === "__result__" ? [] : path;
    return this.#nodeAt(expr, this.#typeOf(expr), known, this.#sizeOf(expr));
  }

  #nodeAt(expr: Expr | undefined, type: CelType, path: readonly string[], size: Estimate | undefined): CostNode {
    return {
      expr,
      type,
      size,
      sizeOrDeclared: () => size ?? this.#declaredSize(path) ?? UNKNOWN,
      items: () => {
        const [element] = type.parameters;
        if (element === undefined) return undefined;
        return this.#nodeAt(undefined, element, path.length === 0 ? [] : [...path, "@items"], undefined);
      },
    };
  }

  #declaredSize(path: readonly string[]): Estimate | undefined {
    return path.length === 0 ? undefined : this.#declared(path);
  }

  #sizeOf(expr: Expr): Estimate | undefined {
    const known = this.#sizes.get(expr) ?? writtenSize(expr);
    if (known !== undefined) return known;
    const declared = this.#declaredSize(this.#path(expr));
    if (declared !== undefined) {
      this.#sizes.set(expr, declared);
      return declared;
    }
    if (isScalar(this.#typeOf(expr))) return ONE;
    return expr.kind === "ident" ? this.#local(expr.name)?.size : undefined;
  }

  #sizeOrUnknown(expr: Expr): Estimate {
    return this.#sizeOf(expr) ?? UNKNOWN;
  }

  #entryOf(expr: Expr): EntrySize | undefined {
    const known = this.#entries.get(expr);
    return known ?? (expr.kind === "ident" ? this.#local(expr.name)?.entry : undefined);
  }

  #setSize(expr: Expr, size: Estimate | undefined): void {
    if (size !== undefined) this.#sizes.set(expr, size);
  }

  #setEntry(expr: Expr, entry: EntrySize | undefined): void {
    if (entry !== undefined) this.#entries.set(expr, entry);
  }

  #call(expr: Call): Estimate {
    const [first] = expr.args;
    if (expr.function === "dyn" && first !== undefined) {
      const cost = plus(ONE, this.cost(first));
      this.#setSize(expr, this.#sizeOf(first));
      this.#setEntry(expr, this.#entryOf(first));
      return cost;
    }
    const costs: Estimate[] = [];
    const nodes: CostNode[] = [];
    for (const arg of expr.args) {
      costs.push(this.cost(arg));
      nodes.push(this.#node(arg));
    }
    const reference = this.#checked.references.get(expr);
    if (reference?.kind !== "function") return ZERO;
    const targetCost = expr.target === undefined ? ZERO : this.cost(expr.target);
    const target = expr.target === undefined ? undefined : this.#node(expr.target);
    let total = NOTHING_YET;
    let size: Estimate | undefined;
    for (const overload of reference.overloads) {
      const estimate = this.#overload(expr, overload, { target, args: nodes }, costs);
      total = union(total, estimate.cost);
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size);
      size = this.#indexed(expr, overload, size) ?? this.#sizeOf(expr);
    }
    this.#setSize(expr, size);
    return plus(targetCost, total);
  }

  /** Where an index leads, and how large that is. */
  #indexed(expr: Call, overload: string, size: Estimate | undefined): Estimate | undefined {
    const step = overload === "index_list" ? "@items" : overload === "index_map" ? "@values" : undefined;
    const [target] = expr.args;
    if (step === undefined || target === undefined) return size;
    this.#paths.set(expr, [...this.#path(target), step]);
    return this.#entryOf(target)?.value;
  }

  #overload(
    expr: Call,
    overload: string,
    operands: { readonly target: CostNode | undefined; readonly args: readonly CostNode[] },
    costs: readonly Estimate[],
  ): CallEstimate {
    if (overload === "logical_or" || overload === "logical_and") {
      const [left, right] = costs as [Estimate, Estimate];
      return { cost: { min: left.min, max: plus(left, right).max } };
    }
    if (overload === "conditional") return this.#conditional(expr, costs);
    const library = libraryEstimate(expr.function, overload, operands);
    const estimate = library ?? standardEstimate(overload, operands);
    if (library === undefined && overload.startsWith("add_") && /^add_(string|bytes|list)$/.test(overload)) {
      const [left, right] = expr.args as [Expr, Expr];
      this.#setEntry(expr, unionEntries(this.#entryOf(left), this.#entryOf(right)));
    }
    const cost = plus(estimate.cost, sum(costs));
    return estimate.size === undefined ? { cost } : { cost, size: estimate.size };
  }

  #conditional(expr: Call, costs: readonly Estimate[]): CallEstimate {
    const [, yes, no] = expr.args as [Expr, Expr, Expr];
    this.#setEntry(expr, unionEntries(this.#entryOf(yes), this.#entryOf(no)));
    const [condition, yesCost, noCost] = costs as [Estimate, Estimate, Estimate];
    const size = union(this.#sizeOrUnknown(yes), this.#sizeOrUnknown(no));
    return { cost: plus(condition, union(yesCost, noCost)), size };
  }

  #list(expr: CreateList): Estimate {
    let cost = exactly(CREATE_LIST_COST);
    let value = expr.elements.length === 0 ? ZERO : NOTHING_YET;
    for (const element of expr.elements) {
      cost = plus(cost, this.cost(element));
      value = union(value, this.#sizeOrUnknown(element));
    }
    this.#setEntry(expr, { container: "list", key: ONE, value });
    return cost;
  }

  #map(expr: CreateMap): Estimate {
    let cost = exactly(CREATE_MAP_COST);
    let [key, value] = expr.entries.length === 0 ? [ZERO, ZERO] : [NOTHING_YET, NOTHING_YET];
    for (const entry of expr.entries) {
      cost = plus(plus(cost, this.cost(entry.key)), this.cost(entry.value));
      key = union(key, this.#sizeOrUnknown(entry.key));
      value = union(value, this.#sizeOrUnknown(entry.value));
    }
    this.#setEntry(expr, { container: "map", key, value });
    return cost;
  }

  #comprehension(expr: Comprehension): Estimate {
    let cost = plus(this.cost(expr.range), this.cost(expr.init));
    this.#pushResult(expr);
    this.#pushIteration(expr);
    const loop = plus(this.cost(expr.condition), this.cost(expr.step));
    this.#pop(expr.variable);
    if (expr.variable2 !== undefined) this.#pop(expr.variable2);
    cost = plus(cost, this.cost(expr.result));
    this.#pop(expr.accumulator);
    const count = this.#sizeOrUnknown(expr.range);
    if (expr.init.kind === "literal") this.#setSize(expr, this.#sizeOf(expr.init));
    else if (expr.init.kind === "list" || expr.init.kind === "map") {
      this.#setSize(expr, count);
      this.#setEntry(expr, this.#entryOf(expr.step));
    }
    return plus(cost, times(count, loop));
  }

  #pushResult(expr: Comprehension): void {
    const { init } = expr;
    this.#push(expr.accumulator, { path: this.#path(init), size: this.#sizeOf(init), entry: this.#entryOf(init) });
  }

  #pushIteration(expr: Comprehension): void {
    const entry = this.#entryOf(expr.range);
    const isList = (entry?.container ?? this.#typeOf(expr.range).kind) === "list";
    const path = this.#path(expr.range);
    const variable = (step: string, size: Estimate | undefined): LocalVariable => ({
      path: [...path, step],
      size,
      entry: undefined,
    });
    const value = variable(isList ? "@items" : "@values", entry?.value);
    if (expr.variable2 === undefined) {
      this.#push(expr.variable, isList ? value : variable("@keys", entry?.key));
      return;
    }
    this.#push(expr.variable, variable(isList ? "@indices" : "@keys", entry?.key));
    this.#push(expr.variable2, value);
  }

  #bind(expr: Comprehension): Estimate {
    let cost = plus(this.cost(expr.range), this.cost(expr.init));
    this.#pushResult(expr);
    cost = plus(cost, this.cost(expr.result));
    this.#pop(expr.accumulator);
    this.#setSize(expr, this.#sizeOf(expr.result));
    this.#setEntry(expr, this.#entryOf(expr.result));
    return cost;
  }
}

function isBind({ range, condition, accumulator }: Comprehension): boolean {
  const nothing = range.kind === "list" && range.elements.length === 0;
  return nothing && condition.kind === "literal" && condition.value === false && accumulator !== "__result__";
}

function unionEntries(a: EntrySize | undefined, b: EntrySize | undefined): EntrySize | undefined {
  if (a === undefined || b === undefined) return undefined;
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) };
}

/** The size of what is written out in the expression. */
function writtenSize(expr: Expr): Estimate | undefined {
  if (expr.kind === "literal") return exactly(sizeOf(expr.value) ?? 1);
  if (expr.kind === "list") return exactly(expr.elements.length);
  return expr.kind === "map" ? exactly(expr.entries.length) : undefined;
}

const SCALARS = new Set(["bool", "double", "duration", "int", "timestamp", "uint"]);

function isScalar(type: CelType): boolean {
  const inner = unwrapOptional(type);
  return inner === undefined ? SCALARS.has(type.kind) : isScalar(inner);
}
