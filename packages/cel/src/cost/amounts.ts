import { type Estimate, UNBOUNDED } from "../contract.ts";

/** A range of costs or sizes with arithmetic that stops at {@link UNBOUNDED}. */
export const UNKNOWN: Estimate = { min: 0, max: UNBOUNDED };
export const ZERO: Estimate = { min: 0, max: 0 };
export const ONE: Estimate = { min: 1, max: 1 };

export function exactly(amount: number): Estimate {
  return { min: amount, max: amount };
}

const stop = (amount: number): number => Math.min(amount, UNBOUNDED);

export function plus(a: Estimate, b: Estimate): Estimate {
  return { min: stop(a.min + b.min), max: stop(a.max + b.max) };
}

export function sum(amounts: readonly Estimate[]): Estimate {
  return amounts.reduce(plus, ZERO);
}

export function times(a: Estimate, b: Estimate): Estimate {
  return { min: stop(a.min * b.min), max: stop(a.max * b.max) };
}

/** Rounded up. */
export function scaled(a: Estimate, factor: number): Estimate {
  return { min: stop(Math.ceil(a.min * factor)), max: stop(Math.ceil(a.max * factor)) };
}

/** The range that holds both. */
export function union(a: Estimate, b: Estimate): Estimate {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
