import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, semanticEqual } from "@pinnace/apimachinery";
import { goValue } from "./go-json.ts";

/** Equality as upstream's `Semantic.DeepEqual` sees it: absent, null, zero and empty are the same. */
export const same: (a: Draft, b: Draft) => boolean = semanticEqual;

export const IMMUTABLE: string = "field is immutable";

/** `field is immutable` when a value changed. */
export function immutable(value: Draft, old: Draft, path: FieldPath, detail: string = IMMUTABLE): FieldError[] {
  return same(value, old) ? [] : [invalidValue(path, value ?? null, detail)];
}

/** {@link immutable} for a struct, which messages quote as upstream's internal type of this name. */
export function immutableStruct(struct: string, value: Draft, old: Draft, path: FieldPath): FieldError[] {
  return same(value, old) ? [] : [invalidValue(path, goValue(`*${struct}`, value), IMMUTABLE)];
}
