import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { duplicate, forbiddenField, invalidValue, Quantity, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { compareQuantities } from "../rules/quantity.ts";
import type { Rule } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";
import { UPSERT, validation } from "../tables/kind.ts";
import { defaultResourceList } from "./resource-list.ts";
import { containerResourceName, isOvercommitAllowed, resourceName } from "./resource-names.ts";

const TYPES = ["Pod", "Container", "PersistentVolumeClaim"];
const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

function fillMissing(to: Draft, from: Draft): void {
  for (const name of Object.keys(from ?? {})) to[name] ??= from[name];
}

/** Container limits: the default limit is the max, the default request that limit, else the min. */
function defaultLimit(limit: Draft): void {
  for (const list of LISTS) defaultResourceList(limit[list]);
  if (limit.type !== "Container") return;
  limit.default ??= {};
  limit.defaultRequest ??= {};
  fillMissing(limit.default, limit.max);
  fillMissing(limit.defaultRequest, limit.default);
  fillMissing(limit.defaultRequest, limit.min);
  for (const list of ["default", "defaultRequest"]) if (Object.keys(limit[list]).length === 0) delete limit[list];
}

function typeErrors(type: string, path: FieldPath): FieldError[] {
  const messages = qualifiedName(type);
  if (messages.length > 0) return messages.map((message) => invalidValue(path, type, message));
  if (type.includes("/") || TYPES.includes(type)) return [];
  return [invalidValue(path, type, "must be a standard limit type or fully qualified")];
}

/** Pairs of lists, of which the first may not hold more than the second; the offender is reported at `at` with `shown`. */
const ORDER: readonly (readonly [
  less: string,
  more: string,
  at: string,
  shown: string,
  text: (a: string, b: string) => string,
])[] = [
  ["min", "max", "min", "min", (a, b) => `min value ${a} is greater than max value ${b}`],
  [
    "min",
    "defaultRequest",
    "defaultRequest",
    "defaultRequest",
    (a, b) => `min value ${a} is greater than default request value ${b}`,
  ],
  [
    "defaultRequest",
    "max",
    "defaultRequest",
    "defaultRequest",
    (a, b) => `default request value ${a} is greater than max value ${b}`,
  ],
  [
    "defaultRequest",
    "default",
    "defaultRequest",
    "defaultRequest",
    (a, b) => `default request value ${a} is greater than default limit value ${b}`,
  ],
  ["min", "default", "default", "min", (a, b) => `min value ${a} is greater than default value ${b}`],
  ["default", "max", "default", "max", (a, b) => `default value ${a} is greater than max value ${b}`],
];

function ratioErrors(limit: Draft, name: string, path: FieldPath): FieldError[] {
  const ratio = limit.maxLimitRequestRatio?.[name];
  if (ratio === undefined) return [];
  const at = path.child("maxLimitRequestRatio").key(name);
  const errors = compareQuantities(ratio, "1") < 0 ? [invalidValue(at, ratio, `ratio ${ratio} is less than 1`)] : [];
  const { [name]: min } = limit.min ?? {};
  const { [name]: max } = limit.max ?? {};
  if (min === undefined || max === undefined) return errors;
  const most = Quantity.parse(max).toNumber() / Quantity.parse(min).toNumber();
  if (Quantity.parse(ratio).toNumber() <= most) return errors;
  return [...errors, invalidValue(at, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`)];
}

function quantityErrors(limit: Draft, name: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [less, more, at, shown, text] of ORDER) {
    const a = limit[less]?.[name];
    const b = limit[more]?.[name];
    if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) continue;
    errors.push(invalidValue(path.child(at).key(name), limit[shown][name], text(a, b)));
  }
  errors.push(...ratioErrors(limit, name, path));
  const own = limit.default?.[name];
  const request = limit.defaultRequest?.[name];
  const differ = own !== undefined && request !== undefined && compareQuantities(own, request) !== 0;
  if (differ && !isOvercommitAllowed(name)) {
    const detail = `default value ${own} must equal to defaultRequest value ${request} in ${name}`;
    errors.push(invalidValue(path.child("defaultRequest").key(name), request, detail));
  }
  return errors;
}

function limitErrors(limit: Draft, path: FieldPath, errors: FieldError[]): void {
  const type = limit.type ?? "";
  const checkName = type === "Pod" || type === "Container" ? containerResourceName : resourceName;
  const names = new Set<string>();
  const forbidden = type === "Pod" ? ["default", "defaultRequest"] : [];
  for (const list of LISTS) {
    if (
      list === "maxLimitRequestRatio" &&
      type === "PersistentVolumeClaim" &&
      !limit.min?.storage &&
      !limit.max?.storage
    ) {
      const detail = "either minimum or maximum storage value is required, but neither was provided";
      errors.push(required(path.child("limits"), detail));
    }
    const given = Object.keys(limit[list] ?? {}).sort();
    if (forbidden.includes(list)) {
      const detail = "may not be specified when `type` is 'Pod'";
      if (given.length > 0) errors.push(forbiddenField(path.child(list), detail));
      continue;
    }
    for (const name of given) {
      errors.push(...checkName(name, path.child(list).key(name)));
      names.add(name);
    }
  }
  for (const name of names) errors.push(...quantityErrors(limit, name, path));
}

const rule: Rule = ({ spec }, root, errors) => {
  const seen = new Set<string>();
  for (const [position, limit] of (spec?.limits ?? []).entries()) {
    const path = root.child("spec", "limits").index(position);
    errors.push(...typeErrors(limit.type ?? "", path.child("type")));
    if (seen.has(limit.type)) errors.push(duplicate(path.child("type"), limit.type));
    seen.add(limit.type);
    limitErrors(limit, path, errors);
  }
};

/** LimitRange (core/v1). Without a name it is named by its uid. */
export const limitRange: KindBehaviour = {
  default: ({ spec }: Draft) => {
    for (const limit of spec?.limits ?? []) defaultLimit(limit);
  },
  strategy: {
    ...UPSERT,
    ...validation(rule),
    prepareForCreate: ({ metadata }) => {
      if (metadata && !metadata.name && !metadata.generateName && metadata.uid) metadata.name = metadata.uid;
    },
  },
};
