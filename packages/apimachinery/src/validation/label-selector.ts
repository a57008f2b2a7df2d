import { type FieldError, type FieldPathLike, forbiddenField, invalidValue, required } from "../field-error.ts";
import { FieldPath } from "../field-path.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../selectors/label-selector.ts";
import { isLabelValue, isQualifiedName } from "./text-rules.ts";

/** A path builder of either form. */
function pathOf(field: FieldPathLike): FieldPath {
  return typeof field === "string" ? new FieldPath(field) : field;
}

/** A label key, annotation key or condition type. */
export function validateLabelName(field: FieldPathLike, name: string): readonly FieldError[] {
  return isQualifiedName(name).map((message) => invalidValue(field, name, message));
}

/** Keys and values of `metadata.labels` and of every other map of labels. */
export function validateLabels(
  field: FieldPathLike,
  labels: Readonly<Record<string, string>> | undefined,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...validateLabelName(field, key));
    for (const message of isLabelValue(value)) errors.push(invalidValue(field, value, message));
  }
  return errors;
}

/** Tolerances for selectors that were stored before a rule existed. */
export interface LabelSelectorOptions {
  readonly allowInvalidLabelValue?: boolean;
}

/** A LabelSelector; undefined is valid. */
export function validateLabelSelector(
  field: FieldPathLike,
  selector: LabelSelector | undefined,
  options: LabelSelectorOptions = {},
): readonly FieldError[] {
  if (selector === undefined || selector === null) return [];
  const path = pathOf(field);
  const expressions = selector.matchExpressions ?? [];
  return [
    ...validateLabels(path.child("matchLabels"), selector.matchLabels),
    ...expressions.flatMap((expression, index) =>
      validateRequirement(path.child("matchExpressions").index(index), expression, options),
    ),
  ];
}

function validateRequirement(
  path: FieldPath,
  requirement: LabelSelectorRequirement,
  options: LabelSelectorOptions,
): readonly FieldError[] {
  const values = requirement.values ?? [];
  const errors = [
    ...operatorErrors(path, requirement.operator ?? "", values.length),
    ...validateLabelName(path.child("key"), requirement.key ?? ""),
  ];
  if (options.allowInvalidLabelValue) return errors;
  for (const [index, value] of values.entries()) {
    for (const message of isLabelValue(value)) {
      errors.push(invalidValue(path.child("values").index(index), value, message));
    }
  }
  return errors;
}

function operatorErrors(path: FieldPath, operator: string, count: number): readonly FieldError[] {
  switch (operator) {
    case "In":
    case "NotIn":
      return count > 0 ? [] : [required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'")];
    case "Exists":
    case "DoesNotExist":
      return count === 0
        ? []
        : [forbiddenField(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return [invalidValue(path.child("operator"), operator, "not a valid selector operator")];
  }
}
