import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import {
  fieldPath,
  forbiddenField,
  invalidValue,
  notSupported,
  parseApiVersion,
  required,
} from "@pinnace/apimachinery";
import { containerResourceName } from "../core/resource-names.ts";
import { signOf } from "../rules/quantity.ts";
import { each, fields, ifPresent, must, needed, neededItems, oneOf, positive, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, pathSegment } from "../rules/text.ts";

const MAX_WINDOW = 3600;
const MAX_PERIOD = 1800;

function isGiven(value: Draft): boolean {
  return value !== undefined && value !== null;
}

/** What an apiVersion lacks; core has no group. */
function versionProblem(apiVersion: string, isCoreAllowed: boolean): string | undefined {
  if (apiVersion.split("/").length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  if (isCoreAllowed || (apiVersion !== "" && parseApiVersion(apiVersion).group !== "")) return undefined;
  return "apiVersion must specify API group";
}

interface ReferenceOptions {
  readonly isCoreAllowed: boolean;
  /** Skips the apiVersion: on updates that do not change it. */
  readonly anyVersion: boolean;
}

function reference({ isCoreAllowed, anyVersion }: ReferenceOptions): Rule {
  return (value, path, errors) => {
    const given = value ?? {};
    fields({ kind: needed(text(pathSegment)), name: needed(text(pathSegment)) })(given, path, errors, undefined);
    const problem = anyVersion ? undefined : versionProblem(given.apiVersion ?? "", isCoreAllowed);
    if (problem) errors.push(invalidValue(path.child("apiVersion"), given.apiVersion ?? "", problem));
  };
}

const positiveQuantity: Rule = (value, path, errors) => {
  if (signOf(value) !== 1) errors.push(invalidValue(path, value, "must be positive"));
};

const target: Rule = fields({
  type: (value, path, errors) => {
    if (!value) errors.push(required(path, "must specify a metric target type"));
    if (["Utilization", "Value", "AverageValue"].includes(value)) return;
    errors.push(invalidValue(path, value ?? "", "must be either Utilization, Value, or AverageValue"));
  },
  value: ifPresent(positiveQuantity),
  averageValue: ifPresent(positiveQuantity),
  averageUtilization: ifPresent(must((value) => value >= 1, "must be greater than 0")),
});

const metric: Rule = fields({ name: needed(text(pathSegment), "must specify a metric name") });

function utilization(source: Draft, path: FieldPath, errors: FieldError[]): void {
  const { averageUtilization: share, averageValue: raw } = source.target ?? {};
  const neither = "must set either a target raw value or a target utilization";
  const both = "may not set both a target raw value and a target utilization";
  const at = path.child("target");
  if (!isGiven(share) && !isGiven(raw)) errors.push(required(at.child("averageUtilization"), neither));
  if (isGiven(share) && isGiven(raw)) errors.push(forbiddenField(at.child("averageValue"), both));
}

function noTarget(
  source: Draft,
  members: readonly string[],
  detail: string,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (members.some((member) => isGiven(source.target?.[member]))) return;
  errors.push(required(path.child("target", "averageValue"), detail));
}

/** Each source, in the order in which upstream looks at them. */
const SOURCES: Readonly<Record<string, (source: Draft, path: FieldPath, errors: FieldError[]) => void>> = {
  object: (source, path, errors) => {
    const described = reference({ isCoreAllowed: true, anyVersion: false });
    fields({ describedObject: described, metric, target })(source, path, errors, undefined);
    noTarget(source, ["value", "averageValue"], "must set either a target value or averageValue", path, errors);
  },
  external: (source, path, errors) => {
    const detail = "must set either a target value for metric or a per-pod target";
    const both = "may not set both a target value for metric and a per-pod target";
    fields({ metric, target })(source, path, errors, undefined);
    noTarget(source, ["value", "averageValue"], detail, path, errors);
    const { value, averageValue } = source.target ?? {};
    if (isGiven(value) && isGiven(averageValue)) errors.push(forbiddenField(path.child("target", "value"), both));
  },
  pods: (source, path, errors) => {
    fields({ metric, target })(source, path, errors, undefined);
    noTarget(source, ["averageValue"], "must specify a positive target averageValue", path, errors);
  },
  resource: (source, path, errors) => {
    fields({ name: needed(undefined, "must specify a resource name"), target })(source, path, errors, undefined);
    utilization(source, path, errors);
  },
  containerResource: (source, path, errors) => {
    const at = path.child("name");
    if (!source.name) errors.push(required(at, "must specify a resource name"));
    else errors.push(...containerResourceName(source.name, at));
    fields({ container: needed(text(dnsLabel), "must specify a container"), target })(source, path, errors, undefined);
    utilization(source, path, errors);
  },
};

const TYPES: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};

const metricSpec: Rule = (spec, path, errors) => {
  const type = spec.type ?? "";
  const wanted = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const at = path.child("type");
  if (type === "") errors.push(required(at, "must specify a metric source type"));
  const unsupported = notSupported(at, type, Object.keys(TYPES));
  if (!wanted) errors.push(unsupported);
  const given = Object.keys(SOURCES).filter((name) => isGiven(spec[name]));
  const [first] = given;
  if (first) SOURCES[first]?.(spec[first], path.child(first), errors);
  if (wanted && !given.includes(wanted)) {
    errors.push(required(path.child(wanted), "must populate information for the given metric source"));
  } else if (!wanted) errors.push(unsupported);
  if (given.length === 1) return;
  for (const name of given.filter((each) => each !== wanted)) {
    errors.push(forbiddenField(path.child(name), "must populate the given metric source only"));
  }
};

const policy: Rule = fields({
  type: oneOf("Percent", "Pods"),
  value: positive,
  periodSeconds: (value, path, errors, owner) => {
    positive(value, path, errors, owner);
    if (value > MAX_PERIOD) errors.push(invalidValue(path, value, `must be less than or equal to ${MAX_PERIOD}`));
  },
});

const scalingRules: Rule = fields({
  stabilizationWindowSeconds: (value, path, errors) => {
    if (value < 0) errors.push(invalidValue(path, value, "must be greater than or equal to zero"));
    if (value > MAX_WINDOW) errors.push(invalidValue(path, value, `must be less than or equal to ${MAX_WINDOW}`));
  },
  selectPolicy: ifPresent(oneOf("Disabled", "Max", "Min")),
  policies: neededItems(each(policy), "must specify at least one Policy"),
  tolerance: ifPresent((value, path, errors) => {
    if (signOf(value) < 0) errors.push(invalidValue(path, String(value), "must be greater than or equal to 0"));
  }),
});

const replicas: Rule = (spec, path, errors) => {
  const { minReplicas: min, maxReplicas: max = 0 } = spec;
  const at = path.child("maxReplicas");
  if (min < 1) errors.push(invalidValue(path.child("minReplicas"), min, "must be greater than or equal to 1"));
  if (max === 0) errors.push(required(at, "must be set and greater than 0"));
  else if (max < 0) errors.push(invalidValue(at, max, "must be greater than or equal to 1"));
  if (max < min) errors.push(invalidValue(at, max, "must be greater than or equal to `minReplicas`"));
};

/** Checks an autoscaling/v2 autoscaler; `old` is the stored one for an update. */
export function autoscalerErrors({ spec }: Draft, old?: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath("spec");
  replicas(spec, path, errors, undefined);
  const { apiVersion, kind } = spec.scaleTargetRef ?? {};
  const before = old?.spec.scaleTargetRef;
  const unchanged = before !== undefined && before.apiVersion === apiVersion && before.kind === kind;
  const scaleTargetRef = reference({ isCoreAllowed: kind === "ReplicationController", anyVersion: unchanged });
  fields({ scaleTargetRef, metrics: each(metricSpec) })(spec, path, errors, undefined);
  const types = (spec.metrics ?? []).map((each: Draft) => each.type);
  if (spec.minReplicas === 0 && !types.includes("Object") && !types.includes("External")) {
    const detail = "must specify at least one Object or External metric to support scaling to zero replicas";
    errors.push(forbiddenField(path.child("metrics"), detail));
  }
  const rules = ifPresent(scalingRules);
  ifPresent(fields({ scaleUp: rules, scaleDown: rules }))(spec.behavior, path.child("behavior"), errors, spec);
  return errors;
}

/** What an autoscaler's status may say. */
export function autoscalerStatusErrors({ status = {} }: Draft): FieldError[] {
  return ["currentReplicas", "desiredReplicas"]
    .filter((member) => status[member] < 0)
    .map((member) => invalidValue(fieldPath("status", member), status[member], "must be greater than or equal to 0"));
}
