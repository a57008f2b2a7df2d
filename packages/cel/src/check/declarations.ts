import type { CelType } from "../types/cel-type.ts";
import type { CelValue } from "../values/value.ts";

/** What a function does with values that are no errors. */
export type Implementation = (...args: CelValue[]) => CelValue;

/** One signature of a function. */
export interface Overload {
  /** Upstream's name for it; costs are kept by it. */
  readonly id: string;
  /** Called as `target.f(...)`; the target is the first of {@link args}. */
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  readonly run?: Implementation;
  /** False for the few that look at their arguments themselves, so that errors have no signature. Default true. */
  readonly guarded?: boolean;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** Serves all overloads and finds out by itself what it got. */
  readonly run?: Implementation;
}

/** `f(a, b)`. */
export function overload(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return run === undefined ? { id, member: false, args, result } : { id, member: false, args, result, run };
}

/** `a.f(b)`. */
export function member(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return run === undefined ? { id, member: true, args, result } : { id, member: true, args, result, run };
}

export function declare(name: string, overloads: readonly Overload[], run?: Implementation): FunctionDeclaration {
  return run === undefined ? { name, overloads } : { name, overloads, run };
}

/** All declarations by name; those of one name become one. */
export function functionTable(
  declarations: readonly FunctionDeclaration[],
  base: ReadonlyMap<string, FunctionDeclaration> = new Map(),
): ReadonlyMap<string, FunctionDeclaration> {
  const table = new Map(base);
  for (const { name, overloads, run } of declarations) {
    const known = table.get(name);
    const all = [...(known?.overloads ?? []), ...overloads];
    table.set(name, declare(name, all, run ?? known?.run));
  }
  return table;
}
