import type { CelValue, PolicyExpression } from "@pinnace/cel";
import type { Activation } from "./activation.ts";

/** Cost that the expressions of one policy and binding may have together (apiserver/pkg/apis/cel). */
export const POLICY_BUDGET = 10_000_000;
/** The same for the match conditions of one webhook or policy. */
export const CONDITIONS_BUDGET = 2_500_000;

const SPENT = "validation failed due to running out of cost budget, no further validation rules will be run";

/** The cost that is left for a group of expressions. */
export class Budget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** Throws {@link OutOfBudget} when there is less. */
  spend(cost: number): void {
    if (cost > this.#left) throw new OutOfBudget(SPENT);
    this.#left -= cost;
  }
}

/** A group of expressions cost too much; none of the rest is evaluated. */
export class OutOfBudget extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OutOfBudget";
  }
}

/** An expression with its text. */
export interface CompiledText extends PolicyExpression {
  readonly source: string;
}

/** What became of an expression: a value, or an error in upstream's words. */
export interface Outcome {
  readonly value?: CelValue;
  readonly error?: string;
}

/** Variables of a policy that cost something when they are read. */
export interface Composition {
  readonly activation: Activation;
  /** What reading variables has cost since the last call. */
  takeCost(): number;
}

/** Evaluates one expression. Rejects with {@link OutOfBudget}. */
export async function evaluate(
  { source, program, error }: CompiledText,
  { activation, takeCost }: Composition,
  budget: Budget,
): Promise<Outcome> {
  if (program === undefined) return { error: `compilation error: ${error}` };
  const evaluation = await program.evaluateAsync(activation);
  budget.spend(takeCost());
  budget.spend(evaluation.cost);
  if (evaluation.error !== undefined) return { error: `expression '${source}' resulted in error: ${evaluation.error}` };
  return { value: evaluation.value ?? null };
}
