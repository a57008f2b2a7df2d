import { Budget, CONDITIONS_BUDGET, type CompiledText, type Composition, evaluate, OutOfBudget } from "./evaluate.ts";

/** How match conditions came out. An error is what the failure policy `Fail` makes of one. */
export type Matched =
  | { readonly type: "matched" }
  | { readonly type: "excluded"; readonly errors: number }
  | { readonly type: "failed"; readonly error: string; readonly errors: number };

/**
 * Whether all conditions hold. One that is false decides; errors decide only where none is false, by the failure policy
 * (KEP-3716).
 */
export async function matchConditions(
  conditions: readonly CompiledText[],
  composition: Composition,
  failurePolicy: "Fail" | "Ignore",
): Promise<Matched> {
  const errors: string[] = [];
  let excluded = false;
  try {
    const budget = new Budget(CONDITIONS_BUDGET);
    for (const condition of conditions) {
      const { value, error } = await evaluate(condition, composition, budget);
      if (error !== undefined) errors.push(error);
      excluded ||= value === false;
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    errors.splice(0, errors.length, error.message);
    excluded = false;
  }
  if (excluded) return { type: "excluded", errors: errors.length };
  if (errors.length === 0) return { type: "matched" };
  if (failurePolicy === "Ignore") return { type: "excluded", errors: errors.length };
  return { type: "failed", error: aggregate(errors), errors: errors.length };
}

/** `a` for one error, `[a, b]` for several, each once: upstream's aggregate. */
function aggregate(errors: readonly string[]): string {
  const texts = [...new Set(errors)];
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}
