import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, notSupported, required, tooLong } from "@pinnace/apimachinery";
import { defaultPodTemplate } from "../core/pod/defaults.ts";
import { podTemplateSpec } from "../core/pod-template.ts";
import { goValue } from "../rules/go-json.ts";
import { fields, ifPresent, nonNegative, oneOf, type Rule } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { podFailurePolicy, successPolicy } from "./job-policies.ts";

const MAX_INT32 = 2_147_483_647;
const MAX_PARALLELISM = 100_000;
const MANY_COMPLETIONS = 100_000;
const MANY_PARALLELISM = 10_000;
const MANY_FAILED = 10_000;
const MAX_MANAGER = 63;

/** Defaults of a Job's spec (SetDefaults_Job). A job template gets those of its pods only. */
export function defaultJobSpec(spec: Draft): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : MAX_INT32;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  spec.manualSelector ??= false;
}

/** What Jobs and job templates have in common. */
export function defaultJobParts(spec: Draft): void {
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= "True";
  }
}

function isGiven(value: Draft): boolean {
  return value !== undefined && value !== null;
}

const counts = fields({
  parallelism: nonNegative,
  completions: nonNegative,
  activeDeadlineSeconds: nonNegative,
  backoffLimit: nonNegative,
  ttlSecondsAfterFinished: nonNegative,
  backoffLimitPerIndex: nonNegative,
  maxFailedIndexes: nonNegative,
});

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const managedBy: Rule = (value, path, errors) => {
  const slash = value.indexOf("/");
  const domain = value.slice(0, Math.max(slash, 0));
  const rest = value.slice(slash + 1);
  if (value === "") errors.push(required(path));
  else if (slash < 1 || rest === "") {
    errors.push(invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    for (const message of dnsSubdomain(domain)) errors.push(invalidValue(path, domain, message));
    if (!new RegExp(`^${HTTP_PATH}$`).test(rest)) {
      errors.push(invalidValue(path, rest, `Invalid path (regex used for validation is '${HTTP_PATH}')`));
    }
  }
  if (value.length > MAX_MANAGER) errors.push(tooLong(path, MAX_MANAGER));
};

function indexed(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const atParallelism = path.child("parallelism");
  const atFailed = path.child("maxFailedIndexes");
  const above = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (!isGiven(completions)) errors.push(required(path.child("completions"), "when completion mode is Indexed"));
  if (parallelism > MAX_PARALLELISM) {
    const message = `must be less than or equal to ${MAX_PARALLELISM} when completion mode is Indexed`;
    errors.push(invalidValue(atParallelism, parallelism, message));
  }
  if (failed > completions) errors.push(invalidValue(atFailed, failed, "must be less than or equal to completions"));
  if (failed > MAX_PARALLELISM) {
    errors.push(invalidValue(atFailed, failed, `must be less than or equal to ${MAX_PARALLELISM}`));
  }
  if (!(completions > MANY_COMPLETIONS) || !isGiven(backoffLimitPerIndex)) return;
  if (!isGiven(failed))
    errors.push(required(atFailed, `must be specified when completions is above ${MANY_COMPLETIONS}`));
  if (parallelism > MANY_PARALLELISM) {
    errors.push(invalidValue(atParallelism, parallelism, `must be less than or equal to ${MANY_PARALLELISM} ${above}`));
  }
  if (failed > MANY_FAILED) {
    errors.push(invalidValue(atFailed, failed, `must be less than or equal to ${MANY_FAILED} ${above}`));
  }
}

function completionMode(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const mode = spec.completionMode ?? "NonIndexed";
  const at = path.child("completionMode");
  if (mode === "Indexed") indexed(spec, path, errors);
  else if (mode !== "NonIndexed") errors.push(notSupported(at, mode, ["NonIndexed", "Indexed"]));
  if (mode !== "NonIndexed") return;
  for (const member of ["backoffLimitPerIndex", "maxFailedIndexes"]) {
    if (!isGiven(spec[member])) continue;
    errors.push(invalidValue(path.child(member), spec[member], "requires indexed completion mode"));
  }
}

function policies(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  if (spec.podFailurePolicy) podFailurePolicy(spec, path.child("podFailurePolicy"), errors);
  const success = path.child("successPolicy");
  if (spec.successPolicy && spec.completionMode !== "Indexed") {
    errors.push(
      invalidValue(success, goValue("SuccessPolicy", spec.successPolicy), "requires indexed completion mode"),
    );
  } else if (spec.successPolicy) successPolicy(spec, success, errors);
  const replacements = spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  ifPresent(oneOf(...replacements))(spec.podReplacementPolicy, path.child("podReplacementPolicy"), errors, spec);
}

function restartPolicy(spec: Draft, path: FieldPath): FieldError[] {
  const policy = spec.template.spec.restartPolicy;
  if (policy === "Always") return [required(path, 'valid values: "OnFailure", "Never"')];
  if (policy !== "OnFailure" && policy !== "Never") return [notSupported(path, policy, ["OnFailure", "Never"])];
  if (!spec.podFailurePolicy || policy === "Never") return [];
  return [invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

/** Checks a job's spec but for its selector. */
export function jobSpec(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  counts(spec, path, errors, undefined);
  if (isGiven(spec.maxFailedIndexes) && !isGiven(spec.backoffLimitPerIndex)) {
    errors.push(required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
  }
  ifPresent(managedBy)(spec.managedBy, path.child("managedBy"), errors, spec);
  completionMode(spec, path, errors);
  policies(spec, path, errors);
  podTemplateSpec(spec.template, path.child("template"), errors);
  errors.push(...restartPolicy(spec, path.child("template", "spec", "restartPolicy")));
}
