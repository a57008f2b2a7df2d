import { CelError, type CelValue, type ListValue, UintValue } from "../values/value.ts";
import { constantPlan, type Plan } from "./plan.ts";

/** How constants are kept in a set; undefined for what cannot be. */
function setKey(value: CelValue): unknown {
  if (typeof value === "number" && Number.isNaN(value)) return undefined;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return value;
  if (value instanceof UintValue) return value.value;
  return typeof value === "number" ? (Number.isInteger(value) ? BigInt(value) : value) : undefined;
}

/** `x in [1, 2, 3]` with constants: looked up instead of searched, and free. Undefined when that cannot be done. */
export function membershipOf(list: ListValue): ((value: Plan) => Plan) | undefined {
  if (list.size === 0) return () => constantPlan(false);
  const keys = new Set<unknown>();
  for (let at = 0; at < list.size; at++) {
    const key = setKey(list.at(at));
    if (key === undefined) return undefined;
    keys.add(key);
  }
  return (plan) => ({
    run(frame): CelValue {
      const value = plan.run(frame);
      if (value instanceof CelError) return value;
      const key = setKey(value);
      return key !== undefined && keys.has(key);
    },
  });
}
