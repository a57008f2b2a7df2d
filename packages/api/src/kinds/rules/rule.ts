import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";

/**
 * One check of one value. It appends what is wrong to `errors`, in upstream's order. `owner` is the object that the value is
 * a member of, for checks that depend on a neighbour.
 */
export type Rule = (value: Draft, path: FieldPath, errors: FieldError[], owner: Draft) => void;

/** Says what is wrong with a text; nothing when it is fine. */
export type TextCheck = (value: string) => readonly string[];

/** True for what Go calls unset: absent, null, "". */
export function isUnset(value: Draft): boolean {
  return value === undefined || value === null || value === "";
}

/** Several rules for the same value, in order. */
export function all(...rules: readonly Rule[]): Rule {
  return (value, path, errors, owner) => {
    for (const rule of rules) rule(value, path, errors, owner);
  };
}

/** Rules for the members of an object, in the order given. A missing object counts as empty. */
export function fields(rules: Readonly<Record<string, Rule>>): Rule {
  const names = Object.keys(rules);
  const list = Object.values(rules);
  return (value, path, errors) => {
    const object = value ?? {};
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      list[at]!(object[name], path.child(name), errors, object);
    }
  };
}

/** A rule for each item of a list. */
export function each(rule: Rule): Rule {
  return (value, path, errors, owner) => {
    let position = 0;
    for (const item of value ?? []) rule(item, path.index(position++), errors, owner);
  };
}

/** The rule, unless the value is absent or null. */
export function ifPresent(rule: Rule): Rule {
  return (value, path, errors, owner) => {
    if (value !== undefined && value !== null) rule(value, path, errors, owner);
  };
}

/** The rule, unless the value is unset (absent, null, ""). */
export function ifSet(rule: Rule): Rule {
  return (value, path, errors, owner) => {
    if (!isUnset(value)) rule(value, path, errors, owner);
  };
}

/** `Required value` when the value is unset, else the rule. */
export function needed(rule?: Rule, detail = ""): Rule {
  return (value, path, errors, owner) => {
    if (isUnset(value)) errors.push(required(path, detail));
    else rule?.(value, path, errors, owner);
  };
}

/** `Required value` when a list or map is missing or empty, else the rule. */
export function neededItems(rule?: Rule, detail = ""): Rule {
  return (value, path, errors, owner) => {
    if (value === undefined || value === null || Object.keys(value).length === 0) errors.push(required(path, detail));
    else rule?.(value, path, errors, owner);
  };
}

/** The rule, when the object that holds the value satisfies a condition. */
export function when(condition: (owner: Draft) => boolean, rule: Rule): Rule {
  return (value, path, errors, owner) => {
    if (condition(owner ?? {})) rule(value, path, errors, owner);
  };
}

/** `Unsupported value` unless it is one of these; an absent value counts as "". */
export function oneOf(...values: readonly string[]): Rule {
  return (value, path, errors) => {
    if (!values.includes(value ?? "")) errors.push(notSupported(path, value ?? "", values));
  };
}

/** `Required value` when unset, `Unsupported value` unless it is one of these. */
export function neededOneOf(...values: readonly string[]): Rule {
  return needed(oneOf(...values));
}

/** `Invalid value` for each message of a text check. */
export function text(check: TextCheck): Rule {
  return (value, path, errors) => {
    const messages = check(String(value ?? ""));
    for (let at = 0; at < messages.length; at++) errors.push(invalidValue(path, value ?? "", messages[at]!));
  };
}

/** `Invalid value` with a fixed message unless the condition holds. */
export function must(condition: (value: Draft, owner: Draft) => boolean, message: string): Rule {
  return (value, path, errors, owner) => {
    if (!condition(value, owner)) errors.push(invalidValue(path, value ?? null, message));
  };
}

/** `Forbidden` when the value is present. */
export function absent(detail: string): Rule {
  return (value, path, errors) => {
    if (value !== undefined && value !== null) errors.push(forbiddenField(path, detail));
  };
}

/** A number of at least 0; absent counts as 0. */
export const nonNegative: Rule = (value, path, errors) => {
  if ((value ?? 0) < 0) errors.push(invalidValue(path, value, "must be greater than or equal to 0"));
};

/** A number of at least 1; absent counts as 0. */
export const positive: Rule = (value, path, errors) => {
  if ((value ?? 0) <= 0) errors.push(invalidValue(path, value ?? 0, "must be greater than zero"));
};

/** A number within bounds, both included; absent counts as 0. */
export function between(low: number, high: number): Rule {
  return must((value) => (value ?? 0) >= low && (value ?? 0) <= high, `must be between ${low} and ${high}, inclusive`);
}

/** `Duplicate value` at `name` of every item whose name an earlier item has. Unset names are not compared. */
export function uniqueBy(member: string): Rule {
  return (value, path, errors) => {
    const seen = new Set<unknown>();
    (value ?? []).forEach((item: Draft, position: number) => {
      const key = item?.[member];
      if (isUnset(key)) return;
      if (seen.has(key)) errors.push(duplicate(path.index(position).child(member), key));
      seen.add(key);
    });
  };
}

/** Runs a rule on a whole object and returns what it found. */
export function check(rule: Rule, object: Draft, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  rule(object, path, errors, undefined);
  return errors;
}
