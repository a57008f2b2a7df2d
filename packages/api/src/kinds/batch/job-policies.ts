import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, invalidValue, notSupported, required, tooLong, tooMany } from "@pinnace/apimachinery";
import { needed, nonNegative, oneOf, text } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { countIndexes } from "./index-list.ts";

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS = ["In", "NotIn"];
const STATUSES = ["False", "True", "Unknown"];
const MAX_RULES = 20;
const MAX_PATTERNS = 20;
const MAX_CODES = 255;

/** `Invalid value: detail`, for messages that leave the value out. */
export function invalidOmitted(field: FieldPath, detail: string): FieldError {
  return { type: "FieldValueInvalid", field: field.toString(), message: `Invalid value: ${detail}` };
}

function valid(values: readonly string[]): string {
  return `valid values: [${values.map((value) => `"${value}"`).join(" ")}]`;
}

function exitCodes(requirement: Draft, names: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { operator, containerName } = requirement;
  const values: readonly number[] = requirement.values ?? [];
  needed(oneOf(...OPERATORS), valid(OPERATORS))(operator, path.child("operator"), errors, requirement);
  if (containerName !== undefined && containerName !== null && !names.has(containerName)) {
    const message = "must be one of the container or initContainer names in the pod template";
    errors.push(invalidValue(path.child("containerName"), containerName, message));
  }
  const at = path.child("values");
  if (values.length === 0) errors.push(invalidValue(at, values, "at least one value is required"));
  if (values.length > MAX_CODES) errors.push(tooMany(at, values.length, MAX_CODES));
  const seen = new Set<number>();
  for (const [position, code] of values.entries()) {
    const where = at.index(position);
    if (operator === "In" && code === 0) errors.push(invalidValue(where, code, "must not be 0 for the In operator"));
    if (seen.has(code)) errors.push(duplicate(where, code));
    seen.add(code);
  }
  const ordered = values.every((code: number, position: number) => position === 0 || values[position - 1]! <= code);
  if (!ordered) errors.push(invalidValue(at, values, "must be ordered"));
}

function conditions(patterns: readonly Draft[], path: FieldPath, errors: FieldError[]): void {
  if (patterns.length > MAX_PATTERNS) errors.push(tooMany(path, patterns.length, MAX_PATTERNS));
  for (const [position, pattern] of patterns.entries()) {
    const at = path.index(position);
    text(qualifiedName)(pattern.type, at.child("type"), errors, pattern);
    needed(oneOf(...STATUSES), valid(STATUSES))(pattern.status, at.child("status"), errors, pattern);
  }
}

function action(rule: Draft, spec: Draft, path: FieldPath): FieldError[] {
  if (!rule.action) return [required(path, valid(ACTIONS))];
  if (!ACTIONS.includes(rule.action)) return [notSupported(path, rule.action, ACTIONS)];
  const unset = spec.backoffLimitPerIndex === undefined || spec.backoffLimitPerIndex === null;
  if (rule.action !== "FailIndex" || !unset) return [];
  return [invalidValue(path, rule.action, "requires the backoffLimitPerIndex to be set")];
}

/** `podFailurePolicy` of a job (KEP-3329). */
export function podFailurePolicy(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const rules = spec.podFailurePolicy.rules ?? [];
  const list = path.child("rules");
  if (rules.length > MAX_RULES) errors.push(tooMany(list, rules.length, MAX_RULES));
  const containers = spec.template.spec.containers ?? [];
  const initContainers = spec.template.spec.initContainers ?? [];
  const names = new Set<string>([...containers, ...initContainers].map((container: Draft) => container.name));
  for (const [position, rule] of rules.entries()) {
    const at = list.index(position);
    const patterns = rule.onPodConditions ?? [];
    errors.push(...action(rule, spec, at.child("action")));
    if (rule.onExitCodes) exitCodes(rule.onExitCodes, names, at.child("onExitCodes"), errors);
    conditions(patterns, at.child("onPodConditions"), errors);
    if (rule.onExitCodes && patterns.length > 0) {
      errors.push(invalidOmitted(at, "specifying both OnExitCodes and OnPodConditions is not supported"));
    } else if (!rule.onExitCodes && patterns.length === 0) {
      errors.push(invalidOmitted(at, "specifying one of OnExitCodes and OnPodConditions is required"));
    }
  }
}

const MAX_INDEXES = 64 * 1024;

function successRule(rule: Draft, completions: number, path: FieldPath, errors: FieldError[]): void {
  const { succeededIndexes: indexes, succeededCount: count } = rule;
  if (indexes === undefined && count === undefined) {
    errors.push(required(path, "at least one of succeededCount or succeededIndexes must be specified"));
  }
  let total = 0;
  if (indexes !== undefined) {
    const at = path.child("succeededIndexes");
    if (indexes.length > MAX_INDEXES) errors.push(tooLong(at, MAX_INDEXES));
    const counted = countIndexes(indexes, completions);
    if (typeof counted === "string")
      errors.push(invalidValue(at, indexes, `error parsing succeededIndexes: ${counted}`));
    else total = counted;
  }
  if (count === undefined) return;
  const at = path.child("succeededCount");
  nonNegative(count, at, errors, rule);
  const most = (bound: number, what: string): string =>
    `must be less than or equal to ${bound} (the number of ${what})`;
  if (count > completions) errors.push(invalidValue(at, count, most(completions, "specified completions")));
  if (indexes !== undefined && count > total) {
    errors.push(invalidValue(at, count, most(total, "indexes in the specified succeededIndexes field")));
  }
}

/** `successPolicy` of an indexed job (KEP-3998). */
export function successPolicy(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const rules = spec.successPolicy.rules ?? [];
  const list = path.child("rules");
  const none = "at least one rules must be specified when the successPolicy is specified";
  if (rules.length === 0) errors.push(required(list, none));
  if (rules.length > MAX_RULES) errors.push(tooMany(list, rules.length, MAX_RULES));
  for (const [position, rule] of rules.entries()) {
    successRule(rule, spec.completions ?? 0, list.index(position), errors);
  }
}
