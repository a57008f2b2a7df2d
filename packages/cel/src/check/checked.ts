import type { Expr } from "../syntax/ast.ts";
import type { CelType } from "../types/cel-type.ts";

/** What the type checker found a node to refer to. */
export type Reference =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "type"; readonly name: string; readonly type: CelType }
  | { readonly kind: "function"; readonly overloads: readonly string[] };

/** An expression without errors. */
export interface CheckedExpr {
  readonly expr: Expr;
  /** The type of every node; without type variables. */
  readonly types: ReadonlyMap<Expr, CelType>;
  readonly references: ReadonlyMap<Expr, Reference>;
}
