import { NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { CelError, type CelValue, OptionalValue } from "../values/value.ts";
import type { Frame } from "./frame.ts";
import type { Plan } from "./plan.ts";

/** `&&`: false wins over errors, wherever it stands. */
export function planAnd(terms: readonly Plan[]): Plan {
  return { run: (frame) => decide(frame, terms, false) };
}

/** `||`: true wins over errors. */
export function planOr(terms: readonly Plan[]): Plan {
  return { run: (frame) => decide(frame, terms, true) };
}

function decide(frame: Frame, terms: readonly Plan[], winner: boolean): CelValue {
  let error: CelError | undefined;
  for (const term of terms) {
    const value = term.run(frame);
    if (value === winner) return winner;
    if (typeof value !== "boolean") error ??= value instanceof CelError ? value : NO_SUCH_OVERLOAD;
  }
  return error ?? !winner;
}

/** `a.or(b)` and `a.orValue(b)`: the second is looked at only when the first is nothing. */
export function planOptionalOr(first: Plan, second: Plan, unwrap: boolean): Plan {
  return {
    run(frame): CelValue {
      const value = first.run(frame);
      if (!(value instanceof OptionalValue)) return value;
      if (value.value === undefined) return second.run(frame);
      return unwrap ? value.value : value;
    },
  };
}
