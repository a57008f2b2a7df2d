import { type FieldError, invalidValue } from "../field-error.ts";
import { FieldPath } from "../field-path.ts";
import { aggregateMessage, badRequest } from "../status-errors.ts";
import { isLabelValue, isQualifiedName } from "../validation/text-rules.ts";

/** How a label is compared; spelled as in the string form, `exists` and `!` for the two without values. */
export type LabelOperator = "in" | "notin" | "=" | "==" | "!=" | "exists" | "!" | "gt" | "lt";

/** One term of a label selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, each once; empty for `exists` and `!`. */
  readonly values: readonly string[];
}

/** Labels of an object; undefined counts as none. */
export type Labels = Readonly<Record<string, string>> | undefined;

const INT64 = /^[+-]?[0-9]{1,19}$/;
const MAX_INT64 = (1n << 63n) - 1n;

/** The value of an int64 text, or undefined. */
function parseInt64(text: string): bigint | undefined {
  if (!INT64.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : value;
}

/** Checks a key; upstream's parser knows no path here and prints `<nil>`. Throws a 400 StatusError. */
export function checkLabelKey(key: string, path = "<nil>"): void {
  const errors = isQualifiedName(key);
  if (errors.length > 0) throw requirementError([invalidValue(path, key, errors.join("; "))]);
}

/** A checked requirement; throws a 400 StatusError with upstream's text. */
export function labelRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const keyErrors = isQualifiedName(key);
  const errors = keyErrors.length === 0 ? [] : [invalidValue("key", key, keyErrors.join("; "))];
  errors.push(...countErrors(operator, values));
  for (const [index, value] of values.entries()) errors.push(...valueErrors(key, value, index));
  if (errors.length > 0) throw requirementError(errors);
  return { key, operator, values: values.length < 2 ? values : [...new Set(values)].sort() };
}

function requirementError(errors: readonly FieldError[]): Error {
  return badRequest(`unable to parse requirement: ${aggregateMessage(errors)}`);
}

function countErrors(operator: LabelOperator, values: readonly string[]): FieldError[] {
  const wrong = (detail: string): FieldError[] => [invalidValue("values", values, detail)];
  switch (operator) {
    case "in":
    case "notin":
      return values.length === 0 ? wrong("for 'in', 'notin' operators, values set can't be empty") : [];
    case "exists":
    case "!":
      return values.length > 0 ? wrong("values set must be empty for exists and does not exist") : [];
    case "gt":
    case "lt":
      return values.length === 1
        ? integerErrors(values)
        : wrong("for 'Gt', 'Lt' operators, exactly one value is required");
    default:
      return values.length === 1 ? [] : wrong("exact-match compatibility requires one single value");
  }
}

function integerErrors(values: readonly string[]): FieldError[] {
  return parseInt64(values[0] as string) === undefined
    ? [invalidValue("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer")]
    : [];
}

function valueErrors(key: string, value: string, index: number): FieldError[] {
  const errors = isLabelValue(value);
  return errors.length === 0
    ? []
    : [invalidValue(new FieldPath("values").index(index).key(key), value, errors.join("; "))];
}

/** The test of one requirement, compiled. */
export function compileRequirement(requirement: LabelRequirement): (labels: Labels) => boolean {
  const { key, operator, values } = requirement;
  const only = values[0] as string;
  switch (operator) {
    case "exists":
      return (labels) => typeof labels?.[key] === "string";
    case "!":
      return (labels) => typeof labels?.[key] !== "string";
    case "gt":
    case "lt":
      return compareIntegers(key, operator, parseInt64(only) as bigint);
    case "notin":
    case "!=":
      if (values.length === 1) return (labels) => labels?.[key] !== only;
      return (labels) => !values.includes(labels?.[key] as string);
    default:
      if (values.length === 1) return (labels) => labels?.[key] === only;
      return (labels) => values.includes(labels?.[key] as string);
  }
}

function compareIntegers(key: string, operator: "gt" | "lt", limit: bigint): (labels: Labels) => boolean {
  return (labels) => {
    const text = labels?.[key];
    const value = typeof text === "string" ? parseInt64(text) : undefined;
    if (value === undefined) return false;
    return operator === "gt" ? value > limit : value < limit;
  };
}

/** The string form: `a in (b,c)`, `!a`, `a=b`. */
export function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.join(",")})`;
    case "gt":
      return `${key}>${values[0]}`;
    case "lt":
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0]}`;
  }
}
