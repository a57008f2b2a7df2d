import { parseQuantity, type Quantity } from "@pinnace/apimachinery";

/** Quantities by resource name, as `spec.hard` and `status.used` hold them. */
export type Quantities = Readonly<Record<string, string>>;

function combine(a: Quantities, b: Quantities, merge: (a: Quantity, b: Quantity) => Quantity): Quantities {
  const combined: Record<string, string> = {};
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
    combined[name] = merge(parseQuantity(a[name] ?? "0"), parseQuantity(b[name] ?? "0")).toString();
  return combined;
}

/** The sum; a name that is missing in one counts as 0. */
export function plus(a: Quantities, b: Quantities): Quantities {
  return combine(a, b, (x, y) => x.add(y));
}

/** The difference; may be negative. */
export function minus(a: Quantities, b: Quantities): Quantities {
  return combine(a, b, (x, y) => x.sub(y));
}

/** Only these names. */
export function only(quantities: Quantities, names: readonly string[]): Quantities {
  return Object.fromEntries(Object.entries(quantities).filter(([name]) => names.includes(name)));
}

/** The names whose quantity is positive. */
export function positive(quantities: Quantities): readonly string[] {
  return Object.keys(quantities).filter((name) => parseQuantity(quantities[name] ?? "0").sign > 0);
}

/** The names for which `a` is more than `b`. */
export function exceeding(a: Quantities, b: Quantities): readonly string[] {
  return Object.keys(a).filter(
    (name) => b[name] !== undefined && parseQuantity(a[name] ?? "0").compare(parseQuantity(b[name])) > 0,
  );
}

/** `cpu=2,memory=1Gi`, sorted by name. */
export function printed(quantities: Quantities): string {
  return Object.keys(quantities)
    .sort()
    .map((name) => `${name}=${quantities[name]}`)
    .join(",");
}
