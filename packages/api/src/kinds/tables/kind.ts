import type { Draft, FieldError, Strategy } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import { check, type Rule } from "../rules/rule.ts";

/** How PUT treats a kind. */
export type Writes = Pick<Strategy, "allowCreateOnUpdate" | "allowUnconditionalUpdate" | "generation">;

/** Most kinds: PUT updates only, with or without resourceVersion, no generation. */
export const PLAIN: Writes = { allowCreateOnUpdate: false, allowUnconditionalUpdate: true, generation: false };
/** Like {@link PLAIN}, with a generation that counts changes of what is asked for. */
export const COUNTED: Writes = { allowCreateOnUpdate: false, allowUnconditionalUpdate: true, generation: true };
/** PUT also creates. */
export const UPSERT: Writes = { allowCreateOnUpdate: true, allowUnconditionalUpdate: true, generation: false };
/** PUT needs a resourceVersion. */
export const STRICT: Writes = { allowCreateOnUpdate: false, allowUnconditionalUpdate: false, generation: false };
/** PUT needs a resourceVersion; generation is kept. */
export const STRICT_COUNTED: Writes = { allowCreateOnUpdate: false, allowUnconditionalUpdate: false, generation: true };

/** `validate` and `validateUpdate` from one rule for the object and, for updates, a check of the change. */
export function validation(
  rule: Rule,
  change: (object: Draft, old: Draft) => readonly FieldError[] = () => [],
): Required<Pick<Strategy, "validate" | "validateUpdate">> {
  const validate = (object: Draft): FieldError[] => check(rule, object, fieldPath());
  return { validate, validateUpdate: (object, old) => [...validate(object), ...change(object, old)] };
}

/** Validation of a kind whose update is checked before the object is. */
export function changeFirst(
  rule: Rule,
  change: (object: Draft, old: Draft) => readonly FieldError[],
): Required<Pick<Strategy, "validate" | "validateUpdate">> {
  const validate = (object: Draft): FieldError[] => check(rule, object, fieldPath());
  return { validate, validateUpdate: (object, old) => [...change(object, old), ...validate(object)] };
}
