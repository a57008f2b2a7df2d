import type { Expr } from "./ast.ts";

/** What rewrites a call while the text is parsed. Immutable. */
export interface Macro {
  readonly name: string;
  readonly args: number;
  /** `range.all(x, p)` rather than `has(a.b)`. */
  readonly receiver: boolean;
  /** The new node, or undefined when the call is none of this macro. Throws {@link MacroError}. */
  readonly expand: (offset: number, target: Expr | undefined, args: readonly Expr[]) => Expr | undefined;
}

/** Wrong arguments; reported where `offset` says. */
export class MacroError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** By name, number of arguments and kind of call. */
export type MacroTable = ReadonlyMap<string, Macro>;

export function macroTable(macros: readonly Macro[]): MacroTable {
  return new Map(macros.map((macro) => [macroKey(macro.name, macro.args, macro.receiver), macro]));
}

export function macroKey(name: string, args: number, receiver: boolean): string {
  return `${name}:${args}:${receiver ? "r" : "g"}`;
}
