import type { Draft, FieldPath } from "@pinnace/apimachinery";
import { quoteGo } from "@pinnace/apimachinery";
import { isWhole } from "../rules/quantity.ts";

/** Warnings for a claim's spec: fractions of a byte. */
export function claimSpecWarnings(spec: Draft, path: FieldPath): string[] {
  return ["requests", "limits"].flatMap((kind) => {
    const quantity = spec?.resources?.[kind]?.storage;
    if (quantity === undefined || isWhole(quantity)) return [];
    const at = path.child("resources", kind).key("storage");
    return [`${at}: fractional byte value ${quoteGo(String(quantity))} is invalid, must be an integer`];
  });
}
