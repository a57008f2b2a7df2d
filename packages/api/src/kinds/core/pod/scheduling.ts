import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { labelSelector } from "../../rules/label-selector.ts";
import { all, each, fields, ifPresent, must, needed, oneOf, positive, type Rule, text } from "../../rules/rule.ts";
import { dnsLabel, labelValue, qualifiedName } from "../../rules/text.ts";
import { nodeSelector, nodeSelectorTerm } from "../node-selector.ts";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** `effect` of a taint or toleration. */
export const taintEffect: Rule = oneOf(...EFFECTS);

const OPERATORS: Readonly<Record<string, (toleration: Draft, path: FieldPath) => FieldError[]>> = {
  Equal: equalValue,
  "": equalValue,
  Exists: ({ value }, path) =>
    value ? [invalidValue(path.child("operator"), value, "value must be empty when `operator` is 'Exists'")] : [],
  Lt: unsupportedComparison,
  Gt: unsupportedComparison,
};

function equalValue({ value = "" }: Draft, path: FieldPath): FieldError[] {
  const messages = labelValue(value);
  return messages.length === 0 ? [] : [invalidValue(path.child("operator"), value, messages.join(";"))];
}

function unsupportedComparison({ operator }: Draft, path: FieldPath): FieldError[] {
  return [notSupported(path.child("operator"), operator, ["Equal", "Exists", "Lt", "Gt"])];
}

/** One entry of `tolerations`. */
export const toleration: Rule = (value, path, errors) => {
  const operator = value.operator ?? "";
  if (value.key) text(qualifiedName)(value.key, path.child("key"), errors, value);
  else if (operator !== "Exists") {
    const message = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(path.child("operator"), operator, message));
  }
  if (value.tolerationSeconds !== undefined && value.tolerationSeconds !== null && value.effect !== "NoExecute") {
    const message = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalidValue(path.child("effect"), value.effect ?? "", message));
  }
  const check = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (check) errors.push(...check(value, path));
  else errors.push(notSupported(path.child("operator"), operator, ["Equal", "Exists"]));
  if (value.effect) taintEffect(value.effect, path.child("effect"), errors, value);
};

const weight = must((value) => value > 0 && value <= 100, "must be in the range 1-100");

const affinityTerm: Rule = (term, path, errors) => {
  labelSelector(term.labelSelector, path.child("labelSelector"), errors, term);
  labelSelector(term.namespaceSelector, path.child("namespaceSelector"), errors, term);
  for (const name of term.namespaces ?? []) text(dnsLabel)(name, path.child("namespace"), errors, term);
  labelKeys(term, path, errors);
  if (!term.topologyKey) errors.push(required(path.child("topologyKey"), "can not be empty"));
  text(qualifiedName)(term.topologyKey, path.child("topologyKey"), errors, term);
};

const podAffinity = fields({
  requiredDuringSchedulingIgnoredDuringExecution: each(affinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: each(fields({ weight, podAffinityTerm: affinityTerm })),
});

/** `affinity` of a pod. */
export const affinity: Rule = fields({
  nodeAffinity: ifPresent(
    fields({
      requiredDuringSchedulingIgnoredDuringExecution: ifPresent(nodeSelector),
      preferredDuringSchedulingIgnoredDuringExecution: each(fields({ weight, preference: nodeSelectorTerm(true) })),
    }),
  ),
  podAffinity: ifPresent(podAffinity),
  podAntiAffinity: ifPresent(podAffinity),
});

/** `matchLabelKeys` and `mismatchLabelKeys` against the selector and each other (KEP-3633). */
function labelKeys(term: Draft, path: FieldPath, errors: FieldError[]): void {
  for (const list of ["matchLabelKeys", "mismatchLabelKeys"]) {
    if (!term[list]?.length) continue;
    if (!term.labelSelector) {
      errors.push(forbiddenField(path.child(list), "must not be specified when labelSelector is not set"));
    } else each(text(qualifiedName))(term[list], path.child(list), errors, term);
  }
  const matching: readonly string[] = term.matchLabelKeys ?? [];
  const seen = new Set(Object.keys(term.labelSelector?.matchLabels ?? {}));
  for (const { key } of term.labelSelector?.matchExpressions ?? []) {
    const position = matching.lastIndexOf(key);
    if (position >= 0 && seen.has(key)) {
      errors.push(invalidValue(path.index(position), key, "exists in both matchLabelKeys and labelSelector"));
    }
    seen.add(key);
  }
  for (const [position, key] of matching.entries()) {
    if (!term.mismatchLabelKeys?.includes(key)) continue;
    const message = "exists in both matchLabelKeys and mismatchLabelKeys";
    errors.push(invalidValue(path.child("matchLabelKeys").index(position), key, message));
  }
}

/** Adds what matchLabelKeys stand for to the selector, when a pod is created. */
export function mergeLabelKeys(term: Draft, labels: Readonly<Record<string, string>>): void {
  if (!term.labelSelector) return;
  for (const [list, operator] of [
    ["matchLabelKeys", "In"],
    ["mismatchLabelKeys", "NotIn"],
  ] as const) {
    for (const key of term[list] ?? []) {
      const value = labels[key];
      if (value === undefined) continue;
      term.labelSelector.matchExpressions ??= [];
      term.labelSelector.matchExpressions.push({ key, operator, values: [value] });
    }
  }
}

const minDomains: Rule = (value, path, errors, constraint) => {
  positive(value, path, errors, constraint);
  const action = constraint.whenUnsatisfiable ?? "";
  if (action === "DoNotSchedule") return;
  const message = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
  errors.push(invalidValue(path, value, message));
};

const inclusion = ifPresent(oneOf("Honor", "Ignore"));

/** `topologySpreadConstraints` of a pod. */
export const topologySpread: Rule = (value, path, errors) => {
  for (const [position, constraint] of (value ?? []).entries()) {
    const at = path.index(position);
    fields({
      maxSkew: positive,
      topologyKey: needed(undefined, "can not be empty"),
      whenUnsatisfiable: oneOf("DoNotSchedule", "ScheduleAnyway"),
    })(constraint, at, errors, undefined);
    const { topologyKey, whenUnsatisfiable } = constraint;
    const repeated = value
      .slice(position + 1)
      .some((other: Draft) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) {
      errors.push(duplicate(at.child("{topologyKey, whenUnsatisfiable}"), `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    fields({ minDomains: ifPresent(minDomains), nodeAffinityPolicy: inclusion, nodeTaintsPolicy: inclusion })(
      constraint,
      at,
      errors,
      undefined,
    );
    labelKeys(constraint, at, errors);
    labelSelector(constraint.labelSelector, at.child("labelSelector"), errors, constraint);
  }
};

/** `schedulingGates` of a pod: qualified, and no two alike. */
export const schedulingGates: Rule = (value, path, errors) => {
  const seen = new Set<string>();
  for (const [position, { name = "" }] of (value ?? []).entries()) {
    all(text(qualifiedName))(name, path.index(position), errors, value);
    if (seen.has(name)) errors.push(duplicate(path.index(position), name));
    seen.add(name);
  }
};
