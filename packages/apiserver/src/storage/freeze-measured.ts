/** Units of the field sets that objects of one template share: there are few of them, and they are long. */
const known = new WeakMap<object, number>();

/**
 * Freezes a JSON value and everything below it, and returns at least as many units as its JSON has UTF-16 units before any
 * is escaped. `name` is that of the member that it is.
 */
export function freezeMeasured(value: unknown, name = ""): number {
  if (typeof value === "string") return value.length + 3;
  if (typeof value !== "object" || value === null) return LONGEST_SCALAR;
  if (!Object.isFrozen(value)) Object.freeze(value);
  else if (name === "fieldsV1") return shared(value);
  return measure(value);
}

/** Numbers in JSON, such as `-1.2345678901234567e-300`, and a comma. */
const LONGEST_SCALAR = 25;

function shared(value: object): number {
  let units = known.get(value);
  if (units === undefined) {
    units = measure(value);
    known.set(value, units);
  }
  return units;
}

function measure(value: object): number {
  let units = 3;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) units += freezeMeasured(value[index]);
    return units;
  }
  for (const name in value) units += name.length + 3 + freezeMeasured((value as Record<string, unknown>)[name], name);
  return units;
}
