import { type FieldError, type FieldPath, invalidValue, notSupported, validateLabelName } from "@pinnace/apimachinery";

interface Requirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

interface Term {
  readonly matchExpressions?: readonly Requirement[];
}

interface Affinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly Term[] };
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly preference?: Term }[];
}

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/** What is wrong with the affinity that NodeAffinity is to add to every pod. */
export function validateAddedAffinity(path: FieldPath, affinity: unknown): readonly FieldError[] {
  const { requiredDuringSchedulingIgnoredDuringExecution: needed, preferredDuringSchedulingIgnoredDuringExecution } =
    (affinity ?? {}) as Affinity;
  const neededAt = path.child("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  const wishedAt = path.child("preferredDuringSchedulingIgnoredDuringExecution");
  return [
    ...(needed?.nodeSelectorTerms ?? []).flatMap((term, index) => validateTerm(neededAt.index(index), term)),
    ...(preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ preference = {} }, index) =>
      validateTerm(wishedAt.index(index), preference),
    ),
  ];
}

function validateTerm(path: FieldPath, { matchExpressions = [] }: Term): readonly FieldError[] {
  return matchExpressions.flatMap((each, index) =>
    validateRequirement(path.child("matchExpressions").index(index), each),
  );
}

function validateRequirement(path: FieldPath, { key = "", operator = "", values = [] }: Requirement) {
  const valuesAt = path.child("values");
  const errors: FieldError[] = [];
  if (!OPERATORS.includes(operator)) return [notSupported(path.child("operator"), operator, OPERATORS)];
  errors.push(...validateLabelName(path.child("key"), key));
  if ((operator === "In" || operator === "NotIn") && values.length === 0) {
    errors.push(invalidValue(valuesAt, values, "for 'in', 'notin' operators, values set can't be empty"));
  } else if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
    errors.push(invalidValue(valuesAt, values, "values set must be empty for exists and does not exist"));
  } else if (operator === "Gt" || operator === "Lt") {
    if (values.length !== 1) {
      errors.push(invalidValue(valuesAt, values, "for 'Gt', 'Lt' operators, exactly one value is required"));
    }
    for (const [index, value] of values.entries()) {
      if (/^[+-]?\d+$/.test(value)) continue;
      const message = "for 'Gt', 'Lt' operators, the value must be an integer";
      errors.push(invalidValue(valuesAt.index(index), value, message));
    }
  }
  return errors;
}
