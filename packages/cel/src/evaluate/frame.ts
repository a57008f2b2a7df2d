import type { CelValue } from "../values/value.ts";

/** Thrown when an evaluation costs more than it may, or is no longer wanted: no operator can make up for it. */
export class Cancelled extends Error {}

/** What one evaluation knows and has cost so far. */
export class Frame {
  cost = 0;
  /** Local variables of macros by slot; undefined until the macro gives them a value. */
  readonly locals: (CelValue | undefined)[] = [];
  readonly #variables: Readonly<Record<string, CelValue | (() => CelValue)>>;
  readonly #read = new Map<string, CelValue>();
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  #iterations = 0;

  constructor(
    variables: Readonly<Record<string, CelValue | (() => CelValue)>>,
    limit: number,
    signal: AbortSignal | undefined,
  ) {
    this.#variables = variables;
    this.#limit = limit;
    this.#signal = signal;
  }

  charge(amount: number): void {
    this.cost += amount;
    if (this.cost > this.#limit) throw new Cancelled("operation cancelled: actual cost limit exceeded");
  }

  /** The value of a variable; undefined when it has none. */
  variable(name: string): CelValue | undefined {
    const value = Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
    if (typeof value !== "function") return value;
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const made = value();
    this.#read.set(name, made);
    return made;
  }

  /** Called for each step of a fold; looks every hundred steps whether the evaluation is to stop. */
  step(): void {
    if (++this.#iterations % 100 === 0 && this.#signal?.aborted === true) throw new Cancelled("operation interrupted");
  }
}
