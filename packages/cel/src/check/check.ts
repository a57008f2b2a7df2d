import {
  type Call,
  type Comprehension,
  type CreateList,
  type CreateMap,
  type CreateStruct,
  type Expr,
  Op,
  type Select,
} from "../syntax/ast.ts";
import type { Issue } from "../syntax/source.ts";
import {
  BOOL,
  type CelType,
  DYN,
  ERROR,
  INT,
  isDyn,
  listType,
  mapType,
  optionalType,
  paramType,
} from "../types/cel-type.ts";
import { typeOfLiteral } from "../values/type-of.ts";
import type { CheckedExpr, Reference } from "./checked.ts";
import type { FunctionDeclaration, Overload } from "./declarations.ts";
import { maybeUnwrap, mostGeneral, TypeMapping } from "./type-mapping.ts";
import { type TypeProvider, typeReference } from "./type-provider.ts";

/** What names in an expression can mean. */
interface CheckEnvironment {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly types: TypeProvider;
}

interface Checked {
  readonly issues: readonly Issue[];
  readonly checked: CheckedExpr;
}

/** Finds the type of every node and what names refer to; collects all errors. */
export function check(expr: Expr, environment: CheckEnvironment): Checked {
  const checker = new Checker(environment);
  checker.check(expr);
  return { issues: checker.issues, checked: { expr, types: checker.finalTypes(), references: checker.references } };
}

interface Scope {
  readonly parent: Scope | undefined;
  readonly names: ReadonlyMap<string, CelType>;
}

class Checker {
  readonly issues: Issue[] = [];
  readonly references = new Map<Expr, Reference>();
  readonly #types = new Map<Expr, CelType>();
  readonly #environment: CheckEnvironment;
  readonly #mapping = new TypeMapping();
  #scope: Scope;
  #variables = 0;

  constructor(environment: CheckEnvironment) {
    this.#environment = environment;
    this.#scope = { parent: undefined, names: environment.variables };
  }

  finalTypes(): ReadonlyMap<Expr, CelType> {
    for (const [expr, type] of this.#types) this.#types.set(expr, this.#mapping.substitute(type, true));
    return this.#types;
  }

  check(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    this.#types.set(expr, type);
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case "literal":
        return typeOfLiteral(expr.value);
      case "ident":
        return this.#ident(expr, expr.name) ?? this.#undeclared(expr, expr.name);
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

  #error(offset: number, message: string): CelType {
    this.issues.push({ offset, message });
    return ERROR;
  }

  #undeclared(expr: Expr, name: string): CelType {
    return this.#error(expr.offset, `undeclared reference to '${name}' (in container '')`);
  }

  #mismatch(expr: Expr, expected: CelType, found: CelType): CelType {
    return this.#error(expr.offset, `expected type '${expected.display()}' but found '${found.display()}'`);
  }

  #newVariable(): CelType {
    return paramType(`_var${this.#variables++}`);
  }

  /** The type of a name, and a note of what it is; undefined when it is nothing. */
  #ident(expr: Expr, written: string): CelType | undefined {
    const name = written.startsWith(".") ? written.slice(1) : written;
    for (let scope: Scope | undefined = this.#scope; scope !== undefined; scope = scope.parent) {
      const type = scope.names.get(name);
      if (type === undefined) continue;
      this.references.set(expr, { kind: "variable", name });
      return type;
    }
    const type = this.#environment.types.findType(name);
    if (type === undefined) return undefined;
    this.references.set(expr, { kind: "type", name, type });
    return typeReference(type);
  }

  #select(expr: Select): CelType {
    const name = expr.testOnly ? undefined : qualifiedName(expr);
    const variable = name === undefined ? undefined : this.#ident(expr, name);
    if (variable !== undefined) return variable;
    const type = this.#field(expr, expr.operand, expr.field, false);
    return expr.testOnly ? BOOL : this.#mapping.substitute(type, false);
  }

  #optionalSelect(expr: Call): CelType {
    const [operand, field] = expr.args as [Expr, Expr];
    const name = field.kind === "literal" && typeof field.value === "string" ? field.value : "";
    const type = this.#field(expr, operand, name, true);
    this.references.set(expr, { kind: "function", overloads: ["select_optional_field"] });
    return this.#mapping.substitute(type, false);
  }

  #field(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const target = maybeUnwrap(this.#mapping.substitute(this.check(operand), false));
    const type = this.#fieldOf(expr, target.type, field);
    return target.optional || optional ? optionalType(type) : type;
  }

  #fieldOf(expr: Expr, type: CelType, field: string): CelType {
    if (type.kind === "map") return type.parameters[1] as CelType;
    if (type.kind === "struct") return this.#fieldType(expr.offset, type.name, field) ?? ERROR;
    if (type.kind === "param") this.#mapping.isAssignable(DYN, type);
    else if (!isDyn(type) && type.kind !== "error") {
      this.#error(expr.offset, `type '${type.display()}' does not support field selection`);
    }
    return DYN;
  }

  #fieldType(offset: number, typeName: string, field: string): CelType | undefined {
    const struct = this.#environment.types.findStruct(typeName);
    const type = struct?.field(field);
    if (struct === undefined) this.#error(offset, `unexpected failed resolution of '${typeName}'`);
    else if (type === undefined) this.#error(offset, `undefined field '${field}'`);
    return type;
  }

  #call(expr: Call): CelType {
    if (expr.function === Op.optionalSelect) return this.#optionalSelect(expr);
    for (const arg of expr.args) this.check(arg);
    if (expr.target === undefined) {
      const declaration = this.#function(expr.function);
      if (declaration === undefined) return this.#undeclared(expr, expr.function);
      expr.function = declaration.name;
      return this.#resolve(expr, declaration);
    }
    const prefix = qualifiedName(expr.target);
    const namespaced = prefix === undefined ? undefined : this.#function(`${prefix}.${expr.function}`);
    if (namespaced !== undefined) {
      expr.function = namespaced.name;
      expr.target = undefined;
      return this.#resolve(expr, namespaced);
    }
    this.check(expr.target);
    const declaration = this.#function(expr.function);
    return declaration === undefined ? this.#undeclared(expr, expr.function) : this.#resolve(expr, declaration);
  }

  #function(name: string): FunctionDeclaration | undefined {
    return this.#environment.functions.get(name.startsWith(".") ? name.slice(1) : name);
  }

  #resolve(call: Call, declaration: FunctionDeclaration): CelType {
    const operands = call.target === undefined ? call.args : [call.target, ...call.args];
    const types = operands.map((each) => this.#types.get(each) as CelType);
    if (declaration.name === Op.and || declaration.name === Op.or) return this.#logical(call, declaration, types);
    const found: string[] = [];
    let result: CelType | undefined;
    for (const overload of declaration.overloads) {
      if (overload.member !== (call.target !== undefined)) continue;
      const { args, result: declared } = this.#instantiate(overload);
      if (!this.#mapping.isAssignableList(types, args)) continue;
      found.push(overload.id);
      const type = this.#mapping.substitute(declared, false);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !type.is(result)) result = DYN;
    }
    if (result === undefined) return this.#noOverload(call, declaration.name, types);
    this.references.set(call, { kind: "function", overloads: found });
    return result;
  }

  #logical(call: Call, declaration: FunctionDeclaration, types: readonly CelType[]): CelType {
    let result = BOOL;
    for (const [index, type] of types.entries()) {
      if (!this.#mapping.isAssignable(type, BOOL)) result = this.#mismatch(call.args[index] as Expr, BOOL, type);
    }
    if (result === BOOL) {
      this.references.set(call, { kind: "function", overloads: declaration.overloads.map((each) => each.id) });
    }
    return result;
  }

  #noOverload(call: Call, name: string, types: readonly CelType[]): CelType {
    const shown = types.map((type) => this.#mapping.substitute(type, true).display());
    const target = call.target === undefined ? "" : `${shown.shift()}.`;
    const signature = `${target}(${shown.join(", ")})`;
    return this.#error(call.offset, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  /** The overload's types with type variables of their own. */
  #instantiate(overload: Overload): { readonly args: readonly CelType[]; readonly result: CelType } {
    const names = new Map<string, CelType>();
    for (const type of [...overload.args, overload.result]) collectVariables(type, names);
    if (names.size === 0) return overload;
    const fresh = new TypeMapping();
    for (const variable of names.values()) fresh.isAssignable(this.#newVariable(), variable);
    const rename = (type: CelType): CelType => fresh.substitute(type, false);
    return { args: overload.args.map(rename), result: rename(overload.result) };
  }

  /** What a part written with `?` contains; it must be optional. */
  #unwrapped(value: Expr, type: CelType): CelType {
    const unwrapped = maybeUnwrap(type);
    if (!unwrapped.optional && !isDyn(unwrapped.type)) this.#mismatch(value, optionalType(type), type);
    return unwrapped.type;
  }

  /** Mixed literals are `dyn` here; that they are refused is decided when everything else is right. */
  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    return this.#mapping.isAssignable(previous, current) ? mostGeneral(previous, current) : DYN;
  }

  #list(expr: CreateList): CelType {
    let type: CelType | undefined;
    for (const [index, element] of expr.elements.entries()) {
      const own = this.check(element);
      type = this.#join(type, expr.optional.has(index) ? this.#unwrapped(element, own) : own);
    }
    return listType(type ?? this.#newVariable());
  }

  #map(expr: CreateMap): CelType {
    let keyType: CelType | undefined;
    let valueType: CelType | undefined;
    for (const { key, value, optional } of expr.entries) {
      keyType = this.#join(keyType, this.check(key));
      const own = this.check(value);
      valueType = this.#join(valueType, optional ? this.#unwrapped(value, own) : own);
    }
    return mapType(keyType ?? this.#newVariable(), valueType ?? this.#newVariable());
  }

  #struct(expr: CreateStruct): CelType {
    const ident = this.#ident(expr, expr.typeName);
    if (ident === undefined) return this.#undeclared(expr, expr.typeName);
    const reference = this.references.get(expr) as Reference;
    let result = ERROR;
    if (reference.kind !== "type") this.#error(expr.offset, `'${ident.name}' is not a type`);
    else if (reference.type.kind !== "struct")
      this.#error(expr.offset, `'${reference.type.name}' is not a message type`);
    else result = reference.type;
    for (const { offset, name, value, optional } of expr.fields) {
      const own = this.check(value);
      const field = this.#fieldType(offset, result.name, name) ?? ERROR;
      const type = optional ? this.#unwrapped(value, own) : own;
      if (this.#mapping.isAssignable(field, type)) continue;
      const message = `expected type of field '${name}' is '${field.display()}' but provided type is '${type.display()}'`;
      this.#error(offset, message);
    }
    return result;
  }

  #comprehension(expr: Comprehension): CelType {
    this.check(expr.range);
    const accumulator = this.check(expr.init);
    const range = this.#mapping.substitute(this.#types.get(expr.range) as CelType, false);
    const outer = this.#scope;
    const inner: Scope = { parent: outer, names: new Map([[expr.accumulator, accumulator]]) };
    const [first, second] = this.#iterationTypes(expr, range);
    const names = new Map([[expr.variable, first]]);
    if (expr.variable2 !== undefined) names.set(expr.variable2, second);
    this.#scope = { parent: inner, names };
    this.#assert(expr.condition, BOOL);
    this.#assert(expr.step, accumulator);
    this.#scope = inner;
    const result = this.check(expr.result);
    this.#scope = outer;
    return this.#mapping.substitute(result, false);
  }

  /** The types of the variables: of one, or of two. */
  #iterationTypes(expr: Comprehension, range: CelType): readonly [CelType, CelType] {
    const two = expr.variable2 !== undefined;
    switch (range.kind) {
      case "list": {
        const element = range.parameters[0] as CelType;
        return two ? [INT, element] : [element, element];
      }
      case "map":
        return [range.parameters[0] as CelType, range.parameters[1] as CelType];
      case "dyn":
      case "any":
      case "error":
      case "param":
        this.#mapping.isAssignable(DYN, range);
        if (range.kind !== "any") return [DYN, DYN];
    }
    const message = `expression of type '${range.display()}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    return [this.#error(expr.range.offset, message), ERROR];
  }

  #assert(expr: Expr, type: CelType): void {
    const found = this.check(expr);
    if (!this.#mapping.isAssignable(type, found)) this.#mismatch(expr, type, found);
  }
}

function collectVariables(type: CelType, names: Map<string, CelType>): void {
  if (type.kind === "param") names.set(type.name, type);
  for (const each of type.parameters) collectVariables(each, names);
}

/** `a.b.c` where a node is nothing but names. */
function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === "ident") return expr.name;
  if (expr.kind !== "select" || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
