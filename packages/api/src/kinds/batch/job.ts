import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, humanDuration, invalidValue, isDns1123Label, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { dropInTemplate } from "../core/pod/disabled-fields.ts";
import { mismatch, namedTemplateWarnings, templateWarnings } from "../core/pod-template.ts";
import { immutable, immutableStruct, same } from "../rules/equal.ts";
import { labelSelector, selectorForm, selects } from "../rules/label-selector.ts";
import { age, type CellContext, containerCells, formatSelector, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { JOB_COLUMNS } from "./columns.ts";
import { defaultJobParts, defaultJobSpec, jobSpec } from "./job-spec.ts";
import { isConditionTrue, jobStatusErrors } from "./job-status.ts";

const UID_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const NAME_LABELS = ["job-name", "batch.kubernetes.io/job-name"];
const SELECTED = "batch.kubernetes.io/controller-uid";
const SPEC = fieldPath("spec");

function defaultJob(object: Draft): void {
  object.spec ??= {};
  defaultJobParts(object.spec);
  labelLikeTemplate(object);
  defaultJobSpec(object.spec);
}

/** A job without labels has those of its template, the generated ones included. */
function labelLikeTemplate({ metadata, spec }: Draft): void {
  const { labels } = spec.template.metadata;
  if (labels && metadata && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

/** Labels that tell this job's pods from all others, and a selector for them. */
function generateSelector({ spec, metadata }: Draft): void {
  if (spec.manualSelector) return;
  const own: Record<string, string> = {};
  for (const label of NAME_LABELS) own[label] = metadata.name ?? "";
  for (const label of UID_LABELS) own[label] = metadata.uid ?? "";
  spec.template.metadata.labels = { ...own, ...spec.template.metadata.labels };
  spec.selector = { ...spec.selector, matchLabels: { [SELECTED]: metadata.uid ?? "", ...spec.selector?.matchLabels } };
}

function generatedSelectorErrors({ spec, metadata }: Draft): FieldError[] {
  if (spec.manualSelector || !spec.selector) return [];
  const errors: FieldError[] = [];
  const labels = spec.template.metadata?.labels ?? {};
  const at = SPEC.child("template", "metadata", "labels");
  const expected: Record<string, string> = {};
  for (const label of UID_LABELS) expected[label] = metadata.uid ?? "";
  for (const label of NAME_LABELS) expected[label] = metadata.name ?? "";
  for (const [label, value] of Object.entries(expected)) {
    if (labels[label] === undefined) errors.push(required(at.key(label), `must be '${value}'`));
    else if (labels[label] !== value) errors.push(invalidValue(at.key(label), labels, `must be '${value}'`));
  }
  if (!selects(spec.selector, expected)) {
    errors.push(invalidValue(SPEC.child("selector"), selectorForm(spec.selector), "`selector` not auto-generated"));
  }
  return errors;
}

function specErrors({ spec }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  jobSpec(spec, SPEC, errors);
  const at = SPEC.child("selector");
  const found: FieldError[] = [];
  if (!spec.selector) errors.push(required(at));
  else labelSelector(spec.selector, at, found, spec);
  errors.push(...found);
  const labels = spec.template.metadata?.labels;
  if (found.length === 0 && !(spec.selector && selects(spec.selector, labels ?? {}))) {
    errors.push(mismatch(SPEC.child("template"), labels));
  }
  return errors;
}

function validate(object: Draft): FieldError[] {
  const errors = [...generatedSelectorErrors(object), ...specErrors(object)];
  const { completionMode, completions } = object.spec;
  if (completionMode === "Indexed" && completions > 0) {
    const hostname = `${object.metadata.name}-${completions - 1}`;
    const message = `will not able to create pod with invalid DNS label: ${hostname}`;
    if (isDns1123Label(hostname).length > 0) {
      errors.push(invalidValue(fieldPath("metadata", "name"), object.metadata.name, message));
    }
  }
  return errors;
}

function completionsErrors(spec: Draft, old: Draft): FieldError[] {
  const at = SPEC.child("completions");
  if (spec.completionMode !== "Indexed") return immutable(spec.completions, old.completions, at);
  if (spec.completions === old.completions || spec.completions === undefined) return [];
  if (spec.completions === spec.parallelism) return [];
  return [invalidValue(at, spec.completions, "can only be modified in tandem with spec.parallelism")];
}

const DIRECTIVES = ["nodeSelector", "tolerations", "schedulingGates"] as const;

/** The old template with what a suspended, never started job may still change taken from the new one. */
function withDirectives(template: Draft, old: Draft): Draft {
  const affinity = { ...old.spec.affinity, nodeAffinity: template.spec.affinity?.nodeAffinity };
  const spec: Draft = { ...old.spec, affinity };
  for (const member of DIRECTIVES) spec[member] = template.spec[member];
  const { labels, annotations } = template.metadata ?? {};
  return { metadata: { ...old.metadata, labels, annotations }, spec };
}

function withResources(containers: Draft, old: Draft): Draft {
  if (containers?.length !== old?.length) return old;
  return old?.map((container: Draft, position: number) => {
    const next = containers[position];
    return next.name === container.name ? { ...container, resources: next.resources } : container;
  });
}

function templateErrors(object: Draft, old: Draft): FieldError[] {
  const suspended = old.spec.suspend === true;
  const notStarted = !old.status?.startTime;
  const { template } = object.spec;
  const directed = suspended && notStarted ? withDirectives(template, old.spec.template) : old.spec.template;
  if (!suspended) return immutableStruct("PodTemplateSpec", template, directed, SPEC.child("template"));
  const idle = (notStarted || isConditionTrue(old, "Suspended")) && !old.status?.active;
  if (!idle) return immutableStruct("PodTemplateSpec", template, directed, SPEC.child("template"));
  const resized = { ...directed.spec };
  for (const list of ["containers", "initContainers"])
    resized[list] = withResources(template.spec[list], resized[list]);
  return immutableStruct("PodSpec", template.spec, resized, SPEC.child("template.spec"));
}

/** What may not change, with the internal type that messages quote. */
const FROZEN = [
  ["selector"],
  ["completionMode"],
  ["podFailurePolicy", "PodFailurePolicy"],
  ["backoffLimitPerIndex"],
  ["managedBy"],
  ["successPolicy", "SuccessPolicy"],
] as const;

function frozen([member, struct]: (typeof FROZEN)[number], { spec }: Draft, { spec: old }: Draft): FieldError[] {
  const at = SPEC.child(member);
  return struct === undefined
    ? immutable(spec[member], old[member], at)
    : immutableStruct(struct, spec[member], old[member], at);
}

function validateUpdate(object: Draft, old: Draft): FieldError[] {
  const [selector, ...others] = FROZEN;
  return [
    ...validate(object),
    ...specErrors(object),
    ...completionsErrors(object.spec, old.spec),
    ...frozen(selector, object, old),
    ...templateErrors(object, old),
    ...others.flatMap((member) => frozen(member, object, old)),
  ];
}

const STATES: readonly (readonly [condition: string, text: string])[] = [
  ["Suspended", "Suspended"],
  ["FailureTarget", "FailureTarget"],
  ["SuccessCriteriaMet", "SuccessCriteriaMet"],
];

function statusText(job: Draft): string {
  if (isConditionTrue(job, "Complete")) return "Complete";
  if (isConditionTrue(job, "Failed")) return "Failed";
  if (job.metadata?.deletionTimestamp) return "Terminating";
  return STATES.find(([condition]) => isConditionTrue(job, condition))?.[1] ?? "Running";
}

function completionsText({ spec = {}, status }: Draft): string {
  const done = status?.succeeded ?? 0;
  if (spec.completions !== undefined && spec.completions !== null) return `${done}/${spec.completions}`;
  return spec.parallelism > 1 ? `${done}/1 of ${spec.parallelism}` : `${done}/1`;
}

function durationText({ status }: Draft, context: CellContext): string {
  if (!status?.startTime) return "";
  const end = status.completionTime ? Date.parse(status.completionTime) : context.now;
  return humanDuration(end - Date.parse(status.startTime));
}

/** Job (batch/v1). Deleting it orphans its pods unless told otherwise. */
export const job: KindBehaviour = {
  default: defaultJob,
  columns: JOB_COLUMNS,
  cells: (object, context) => [
    name(object),
    statusText(object),
    completionsText(object),
    durationText(object, context),
    age(object, context),
    ...containerCells(object.spec?.template),
    formatSelector(object.spec?.selector),
  ],
  fieldNames: ["status.successful"],
  fields: (object: Draft) => ({ "status.successful": String(object.status?.succeeded ?? 0) }),
  strategy: {
    ...COUNTED,
    defaultPropagation: "Orphan",
    prepareForCreate: (object) => {
      dropInTemplate.prepareForCreate(object);
      generateSelector(object);
    },
    canonicalize: labelLikeTemplate,
    prepareForUpdate: dropInTemplate.prepareForUpdate,
    validate,
    validateUpdate,
    warningsOnCreate: namedTemplateWarnings,
    warningsOnUpdate: (object, old) => (same(object.spec, old.spec) ? [] : templateWarnings(object)),
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: jobStatusErrors },
};
