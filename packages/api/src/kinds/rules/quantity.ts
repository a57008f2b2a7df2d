import type { Draft } from "@pinnace/apimachinery";
import { Quantity } from "@pinnace/apimachinery";

/** A quantity as the wire has it: text, or a bare number. The schema check has refused everything else before. */
export type QuantityText = string | number;

/** The text that upstream stores for a quantity: `1024Mi` is `1Gi`. */
export function canonicalQuantity(quantity: QuantityText): string {
  return Quantity.parse(quantity).toString();
}

/** Rounded up to thousandths, canonical. JSON null is 0. */
export function roundUpToMilli(quantity: QuantityText | null): string {
  return Quantity.parse(quantity ?? "0")
    .roundUpToMilli()
    .toString();
}

/** Negative when `a` is less, 0 when both are the same amount. */
export function compareQuantities(a: QuantityText, b: QuantityText): number {
  return Quantity.parse(a).compare(Quantity.parse(b));
}

export function add(a: QuantityText, b: QuantityText): string {
  return Quantity.parse(a).add(Quantity.parse(b)).toString();
}

/** -1, 0 or 1. */
export function signOf(quantity: QuantityText): number {
  return Quantity.parse(quantity).sign;
}

/** True for a whole number of units. */
export function isWhole(quantity: QuantityText): boolean {
  return Quantity.parse(quantity).milliValue() % 1000 === 0;
}

/** Writes the quantities of a map canonically. */
export function canonicalizeMap(map: Draft): void {
  for (const key of Object.keys(map ?? {})) map[key] = canonicalQuantity(map[key]);
}

/** Writes members that hold a quantity canonically, where they are present. */
export function canonicalizeMembers(object: Draft, ...names: readonly string[]): void {
  for (const name of names) {
    if (object?.[name] !== undefined && object[name] !== null) object[name] = canonicalQuantity(object[name]);
  }
}
