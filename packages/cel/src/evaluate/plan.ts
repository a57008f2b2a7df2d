import type { CelValue } from "../values/value.ts";
import type { Attribute } from "./attribute.ts";
import type { Frame } from "./frame.ts";

/** A node of an expression, ready to run. */
export interface Plan {
  readonly run: (frame: Frame) => CelValue;
  /** The value when it is always the same. */
  readonly constant?: { readonly value: CelValue };
  /** Set for variables and what is selected from something: selections add to it. */
  readonly attribute?: Attribute;
}

/** A value that is always the same; it costs nothing. */
export function constantPlan(value: CelValue): Plan {
  return { run: () => value, constant: { value } };
}
