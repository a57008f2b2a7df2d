import { NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { find, missing, NONE } from "../values/lookup.ts";
import { CelError, type CelValue, OptionalValue } from "../values/value.ts";
import type { Frame } from "./frame.ts";
import type { Plan } from "./plan.ts";

/** A step from a value to what is in it: `.name`, `[key]`, `.?name`, or the question whether it is there. */
interface Qualifier {
  readonly optional: boolean;
  /** What is there, or an error. */
  get(frame: Frame, target: CelValue): CelValue;
  /** What is there, undefined for nothing, or an error. */
  getIfPresent(frame: Frame, target: CelValue): CelValue | undefined;
}

/** A value and the steps from it. While an expression is planned, steps are added; then it does not change. */
export interface Attribute {
  /** What reading it costs beside its steps: 1, but nothing for `? :`, whose condition has cost already. */
  readonly baseCost: 0 | 1;
  add(qualifier: Qualifier): void;
  /** The value at the end of the steps, or an error. Charges for each step, not for the start. */
  resolve(frame: Frame): CelValue;
}

class SteppedAttribute implements Attribute {
  readonly baseCost = 1;
  readonly #start: (frame: Frame) => CelValue;
  readonly #qualifiers: Qualifier[] = [];

  constructor(start: (frame: Frame) => CelValue) {
    this.#start = start;
  }

  add(qualifier: Qualifier): void {
    this.#qualifiers.push(qualifier);
  }

  resolve(frame: Frame): CelValue {
    const start = this.#start(frame);
    if (this.#qualifiers.length === 0 || start instanceof CelError) return start;
    return follow(frame, start, this.#qualifiers);
  }
}

/** From the first optional step on, what is not there makes the whole nothing; what is there comes wrapped. */
function follow(frame: Frame, start: CelValue, qualifiers: readonly Qualifier[]): CelValue {
  let value = start;
  let optional = false;
  if (start instanceof OptionalValue) {
    if (start.value === undefined) return start;
    value = start.value;
    optional = true;
  }
  for (const qualifier of qualifiers) {
    optional ||= qualifier.optional;
    const next = optional ? qualifier.getIfPresent(frame, value) : qualifier.get(frame, value);
    if (next === undefined) return NONE;
    if (next instanceof CelError) return next;
    value = next;
  }
  return optional ? new OptionalValue(value) : value;
}

/** A variable. */
export function variableAttribute(name: string): Attribute {
  const absent = new CelError(`no such attribute(s): ${name}`);
  return new SteppedAttribute((frame) => {
    const value = frame.variable(name);
    return value === undefined ? absent : value;
  });
}

/** A local variable of a macro; `init` makes its first value when it is read before it is set. */
export function localAttribute(slot: number, init: ((frame: Frame) => CelValue) | undefined): Attribute {
  return new SteppedAttribute((frame) => {
    let value = frame.locals[slot];
    if (value === undefined) {
      value = init === undefined ? new CelError("no such attribute(s)") : init(frame);
      frame.locals[slot] = value;
    }
    return value;
  });
}

/** What another expression results in. */
export function relativeAttribute(operand: Plan): Attribute {
  return new SteppedAttribute(operand.run);
}

/** One of two; steps go on from either. */
export function conditionalAttribute(condition: Plan, yes: Attribute, no: Attribute): Attribute {
  return {
    baseCost: 0,
    add(qualifier: Qualifier): void {
      yes.add(qualifier);
      no.add(qualifier);
    },
    resolve(frame: Frame): CelValue {
      const value = condition.run(frame);
      if (value === true) return yes.resolve(frame);
      if (value === false) return no.resolve(frame);
      return value instanceof CelError ? value : NO_SUCH_OVERLOAD;
    },
  };
}

/** A step by a key; `key` costs what it costs, the step itself 1. */
export function keyQualifier(key: (frame: Frame) => CelValue, optional: boolean): Qualifier {
  return {
    optional,
    get(frame, target): CelValue {
      const at = key(frame);
      const found = at instanceof CelError ? at : find(target, at);
      const value = found === undefined ? missing(target, at) : found;
      frame.charge(1);
      return value;
    },
    getIfPresent(frame, target): CelValue | undefined {
      const at = key(frame);
      const found = at instanceof CelError ? at : find(target, at);
      if (found !== undefined && !(found instanceof CelError)) frame.charge(1);
      return found;
    },
  };
}

/** The step of `has(a.b)`: whether the key is there. */
export function presenceQualifier(key: CelValue): Qualifier {
  return {
    optional: false,
    get(frame, target): CelValue {
      const found = find(target, key);
      frame.charge(1);
      return found instanceof CelError ? found : found !== undefined;
    },
    getIfPresent(frame, target): CelValue | undefined {
      const found = find(target, key);
      if (found === undefined || found instanceof CelError) return found;
      frame.charge(1);
      return null;
    },
  };
}
