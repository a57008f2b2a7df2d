import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, semanticEqual } from "@pinnace/apimachinery";

/** Equality as upstream's `Semantic.DeepEqual` sees it: absent, null, zero and empty are the same. */
export const same: (a: Draft, b: Draft) => boolean = semanticEqual;

export const IMMUTABLE: string = "field is immutable";

/** `field is immutable` when a value changed. */
export function immutable(value: Draft, old: Draft, path: FieldPath, detail: string = IMMUTABLE): FieldError[] {
  return same(value, old) ? [] : [invalidValue(path, value ?? null, detail)];
}
