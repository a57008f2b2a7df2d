import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import {
  fieldPath,
  forbiddenField,
  invalidValue,
  isDns1123Label,
  notSupported,
  required,
  validateAnnotations,
} from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { isEmptySelector, labelSelector, labels, mapForm, selectorForm, selects } from "../rules/label-selector.ts";
import { containerCells, formatLabels, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { POD_TEMPLATE_COLUMNS } from "./columns.ts";
import { annotationsMatchFields, podAnnotations } from "./pod/annotations.ts";
import { defaultPodTemplate } from "./pod/defaults.ts";
import { podSpec } from "./pod/spec.ts";
import { podWarnings } from "./pod/warnings.ts";

/** Checks a pod template, in upstream's order. Labels and annotations are reported without `metadata`. */
export function podTemplateSpec(template: Draft, path: FieldPath, errors: FieldError[]): void {
  const { metadata = {}, spec } = template;
  labels(metadata.labels, path.child("labels"), errors, template);
  errors.push(...validateAnnotations(path.child("annotations"), metadata.annotations ?? {}));
  podAnnotations(metadata.annotations ?? {}, spec, path.child("annotations"), errors);
  podSpec(spec, path.child("spec"), errors, { inPod: false });
  annotationsMatchFields(template, path.child("spec"), errors);
  if (spec.ephemeralContainers?.length) {
    const at = path.child("spec", "ephemeralContainers");
    errors.push(forbiddenField(at, "ephemeral containers not allowed in pod template"));
  }
}

/** The template of something that keeps pods running: labels that its selector selects, restart always, no deadline. */
export function lastingTemplate(
  template: Draft,
  selector: Draft,
  kind: string,
  path: FieldPath,
  errors: FieldError[],
): void {
  const own = template.metadata?.labels ?? {};
  if (!selector || (!isEmptySelector(selector) && !selects(selector, own))) {
    errors.push(mismatch(path, template.metadata?.labels));
  }
  podTemplateSpec(template, path, errors);
  alwaysRestarts(template, kind, path, errors);
}

/** `selector` does not match template `labels`. */
export function mismatch(path: FieldPath, own: Draft): FieldError {
  return invalidValue(path.child("metadata", "labels"), mapForm(own), "`selector` does not match template `labels`");
}

/** Restart policy and deadline that a lasting pod cannot have. */
export function alwaysRestarts(template: Draft, kind: string, path: FieldPath, errors: FieldError[]): void {
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== "Always")
    errors.push(notSupported(path.child("spec", "restartPolicy"), restartPolicy, ["Always"]));
  if (activeDeadlineSeconds === undefined || activeDeadlineSeconds === null) return;
  const at = path.child("spec", "activeDeadlineSeconds");
  errors.push(forbiddenField(at, `activeDeadlineSeconds in ${kind} is not Supported`));
}

/**
 * A selector that must be there and must not be empty. False when it cannot select anything because it is malformed; upstream
 * then leaves the template unchecked.
 */
export function neededSelector(
  selector: Draft,
  kind: string,
  path: FieldPath,
  errors: FieldError[],
  malformed = "invalid label selector",
): boolean {
  if (!selector) {
    errors.push(required(path));
    return true;
  }
  const found: FieldError[] = [];
  labelSelector(selector, path, found, undefined);
  errors.push(...found);
  if (isEmptySelector(selector))
    errors.push(invalidValue(path, selectorForm(selector), `empty selector is invalid for ${kind}`));
  if (found.length > 0) errors.push(invalidValue(path, selectorForm(selector), malformed));
  return found.length === 0;
}

/** Warnings for the template of a workload at `spec.template`. */
export function templateWarnings(object: Draft): string[] {
  const { template } = object.spec;
  return template ? podWarnings(template, fieldPath("spec", "template")) : [];
}

/** Those, and one for a name that will not do as a host name. */
export function namedTemplateWarnings(object: Draft): string[] {
  const messages = isDns1123Label(object.metadata?.name ?? "");
  const text =
    "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended";
  const warnings = messages.length > 0 ? [`metadata.name: ${text}: [${messages.join(" ")}]`] : [];
  return [...warnings, ...templateWarnings(object)];
}

function validate(object: Draft): FieldError[] {
  const errors: FieldError[] = [];
  podTemplateSpec(object.template, fieldPath("template"), errors);
  return errors;
}

/** PodTemplate (core/v1). */
export const podTemplate: KindBehaviour = {
  default: (object: Draft) => {
    object.template ??= {};
    defaultPodTemplate(object.template);
  },
  columns: POD_TEMPLATE_COLUMNS,
  cells: (object) => [
    name(object),
    ...containerCells(object.template),
    formatLabels(object.template?.metadata?.labels),
  ],
  strategy: {
    ...COUNTED,
    validate,
    validateUpdate: validate,
    warningsOnCreate: (object) => podWarnings(object.template, fieldPath("template")),
  },
};
