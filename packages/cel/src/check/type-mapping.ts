import { CelType, DYN, isDyn, NULL, unwrapOptional } from "../types/cel-type.ts";

/** What type variables stand for, with a way back when a guess was wrong. */
export class TypeMapping {
  readonly #types = new Map<string, CelType>();
  #log: [string, CelType | undefined][] = [];

  /** True when a value of one type can be used as the other; remembers what that says of type variables. */
  isAssignable(from: CelType, to: CelType): boolean {
    return this.#attempt(() => this.#assignable(from, to));
  }

  isAssignableList(from: readonly CelType[], to: readonly CelType[]): boolean {
    return this.#attempt(() => this.#assignableList(from, to));
  }

  #attempt(body: () => boolean): boolean {
    this.#log = [];
    if (body()) return true;
    for (const [name, before] of this.#log.reverse()) {
      if (before === undefined) this.#types.delete(name);
      else this.#types.set(name, before);
    }
    return false;
  }

  #set(variable: CelType, type: CelType): void {
    const name = variable.display();
    this.#log.push([name, this.#types.get(name)]);
    this.#types.set(name, type);
  }

  #find(type: CelType): CelType | undefined {
    return type.kind === "param" ? this.#types.get(type.display()) : undefined;
  }

  /** The type with its variables replaced; those that stand for nothing stay, or become `dyn`. */
  substitute(type: CelType, unboundToDyn: boolean): CelType {
    const known = this.#find(type);
    if (known !== undefined) return this.substitute(known, unboundToDyn);
    if (type.kind === "param") return unboundToDyn ? DYN : type;
    if (type.parameters.length === 0) return type;
    const parameters = type.parameters.map((each) => this.substitute(each, unboundToDyn));
    const same = parameters.every((each, index) => each === type.parameters[index]);
    return same ? type : new CelType(type.kind, type.name, parameters);
  }

  #assignable(from: CelType, to: CelType): boolean {
    if (to.kind === "param") {
      const { valid, known } = this.#substitution(from, to);
      if (valid) return true;
      if (known) return false;
    }
    if (from.kind === "param") return this.#substitution(to, from).valid;
    if (isDyn(from) || isDyn(to) || from.kind === "error" || to.kind === "error") return true;
    if (from.kind === "null") return isNullable(to);
    if (to.kind === "null") return isNullable(from);
    if (from.kind === "type") return to.kind === "type";
    if (from.kind !== to.kind || from.name !== to.name) return false;
    return this.#assignableList(from.parameters, to.parameters);
  }

  #assignableList(from: readonly CelType[], to: readonly CelType[]): boolean {
    return from.length === to.length && from.every((each, index) => this.#assignable(each, to[index] as CelType));
  }

  /** Whether a variable can stand for a type, and whether it stood for one before. */
  #substitution(type: CelType, variable: CelType): { readonly valid: boolean; readonly known: boolean } {
    if (type.is(variable)) return { valid: true, known: true };
    const before = this.#find(variable);
    if (before === undefined) {
      const free = !this.#occurs(variable, type);
      if (free) this.#set(variable, type);
      return { valid: free, known: false };
    }
    if (type.is(before)) return { valid: true, known: true };
    if (!this.#assignable(type, before)) return { valid: false, known: true };
    const general = mostGeneral(type, before);
    if (!this.#occurs(variable, general)) this.#set(variable, general);
    return { valid: true, known: true };
  }

  #occurs(variable: CelType, type: CelType): boolean {
    if (variable.is(type)) return true;
    const known = this.#find(type);
    if (known !== undefined) return this.#occurs(variable, known);
    return type.parameters.some((each) => this.#occurs(variable, each));
  }
}

const NULLABLE = new Set(["opaque", "struct", "any", "duration", "timestamp", "null"]);

function isNullable(type: CelType): boolean {
  return NULLABLE.has(type.kind) || type.is(NULL);
}

/** The wider one of two types that fit each other. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b;
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === "param") return true;
  if (isDyn(b) || b.kind === "param") return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === "type") return true;
  return (
    a.name === b.name &&
    a.parameters.length === b.parameters.length &&
    a.parameters.every((each, index) => isLessSpecific(each, b.parameters[index] as CelType))
  );
}

/** The type in an optional, or the type itself; and which it was. */
export function maybeUnwrap(type: CelType): { readonly type: CelType; readonly optional: boolean } {
  const inner = unwrapOptional(type);
  return inner === undefined ? { type, optional: false } : { type: inner, optional: true };
}
