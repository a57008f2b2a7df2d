/** How long the JSON of a value may be. */
interface Measure {
  /** At least the number of UTF-16 units before any is escaped, without what is kept. */
  readonly units: number;
  /** Whether parts are those of the value before, which are not counted. */
  readonly kept: boolean;
}

/**
 * Freezes a JSON value and everything below it, and measures it. Parts that are the very same as in `before`, at the same
 * place, are not looked into.
 */
export function freezeMeasured(value: unknown, before?: unknown): Measure {
  const freezer = new Freezer();
  const units = freezer.visit(value, before, "");
  return { units, kept: freezer.kept };
}

/** Units of the field sets that objects of one template share: there are few of them, and they are long. */
const known = new WeakMap<object, number>();

/** Numbers in JSON, such as `-1.2345678901234567e-300`, and a comma. */
const LONGEST_SCALAR = 25;

type Members = Readonly<Record<string | number, unknown>>;

class Freezer {
  kept = false;

  /** `name` is that of the member that the value is. */
  visit(value: unknown, before: unknown, name: string): number {
    if (typeof value === "string") return value.length + 3;
    if (typeof value !== "object" || value === null) return LONGEST_SCALAR;
    if (value === before) {
      this.kept = true;
      return 0;
    }
    if (!Object.isFrozen(value)) Object.freeze(value);
    else if (name === "fieldsV1") return this.#fields(value);
    return this.#members(value, typeof before === "object" && before !== null ? (before as Members) : undefined);
  }

  #members(value: object, before: Members | undefined): number {
    let units = 3;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) units += this.visit(value[index], before?.[index], "");
      return units;
    }
    for (const name in value) units += name.length + 3 + this.visit((value as Members)[name], before?.[name], name);
    return units;
  }

  #fields(value: object): number {
    let units = known.get(value);
    if (units === undefined) {
      units = this.#members(value, undefined);
      known.set(value, units);
    }
    return units;
  }
}
