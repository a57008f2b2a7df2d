/** Units of what was frozen before it came here: parts that versions of an object share are not walked through again. */
const known = new WeakMap<object, number>();

/**
 * Freezes a JSON value and everything below it, and returns at least as many units as its JSON has UTF-16 units before any
 * is escaped. What is frozen already is frozen all the way down.
 */
export function freezeMeasured(value: unknown): number {
  if (typeof value === "string") return value.length + 3;
  if (typeof value !== "object" || value === null) return LONGEST_SCALAR;
  if (!Object.isFrozen(value)) return measure(Object.freeze(value));
  let units = known.get(value);
  if (units === undefined) {
    units = measure(value);
    known.set(value, units);
  }
  return units;
}

/** Numbers in JSON, such as `-1.2345678901234567e-300`, and a comma. */
const LONGEST_SCALAR = 25;

function measure(value: object): number {
  let units = 3;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) units += freezeMeasured(value[index]);
    return units;
  }
  for (const name in value) units += name.length + 3 + freezeMeasured((value as Record<string, unknown>)[name]);
  return units;
}
