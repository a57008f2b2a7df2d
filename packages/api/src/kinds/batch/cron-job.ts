import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, isDns1123Label, notSupported, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { dropDisabledPodFields } from "../core/pod/disabled-fields.ts";
import { podWarnings } from "../core/pod/warnings.ts";
import { same } from "../rules/equal.ts";
import { ifPresent, neededOneOf, nonNegative } from "../rules/rule.ts";
import { age, containerCells, formatSelector, name, since } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { CRON_JOB_COLUMNS } from "./columns.ts";
import { cronProblem } from "./cron-schedule.ts";
import { defaultJobParts, jobSpec } from "./job-spec.ts";
import { timeZone } from "./time-zone.ts";

const SPEC = fieldPath("spec");
/** The controller appends eleven characters to make a job's name of at most 63. */
const MAX_NAME = 52;

function defaultCronJob(object: Draft): void {
  object.spec ??= {};
  const { spec } = object;
  spec.concurrencyPolicy ||= "Allow";
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  spec.jobTemplate.metadata ??= {};
  spec.jobTemplate.spec ??= {};
  defaultJobParts(spec.jobTemplate.spec);
}

function schedule(spec: Draft, old: Draft | undefined): FieldError[] {
  const at = SPEC.child("schedule");
  const text: string = spec.schedule ?? "";
  if (text === "") return [required(at)];
  const problem = cronProblem(text);
  const errors = problem === undefined ? [] : [invalidValue(at, text, problem)];
  if (!text.includes("TZ")) return errors;
  if (!old?.schedule?.includes("TZ")) {
    const detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    errors.push(invalidValue(at, text, detail));
  } else if (spec.timeZone !== undefined) {
    errors.push(invalidValue(at, text, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  }
  return errors;
}

function templateErrors({ spec }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const path = SPEC.child("jobTemplate", "spec");
  jobSpec(spec, path, errors);
  if (spec.selector)
    errors.push(invalidValue(path.child("selector"), spec.selector, "`selector` will be auto-generated"));
  if (spec.manualSelector) errors.push(notSupported(path.child("manualSelector"), true, ["nil", "false"]));
  return errors;
}

function specErrors({ spec }: Draft, old?: Draft): FieldError[] {
  const errors = schedule(spec, old?.spec);
  nonNegative(spec.startingDeadlineSeconds, SPEC.child("startingDeadlineSeconds"), errors, spec);
  if (old === undefined || old.spec.timeZone !== spec.timeZone) {
    ifPresent(timeZone)(spec.timeZone, SPEC.child("timeZone"), errors, spec);
  }
  neededOneOf("Allow", "Forbid", "Replace")(spec.concurrencyPolicy, SPEC.child("concurrencyPolicy"), errors, spec);
  errors.push(...templateErrors(spec.jobTemplate));
  nonNegative(spec.successfulJobsHistoryLimit, SPEC.child("successfulJobsHistoryLimit"), errors, spec);
  nonNegative(spec.failedJobsHistoryLimit, SPEC.child("failedJobsHistoryLimit"), errors, spec);
  return errors;
}

function validate(object: Draft): FieldError[] {
  const errors = specErrors(object);
  const own = object.metadata.name ?? "";
  if (own.length <= MAX_NAME) return errors;
  return [...errors, invalidValue(fieldPath("metadata", "name"), own, `must be no more than ${MAX_NAME} characters`)];
}

function warnings(object: Draft): string[] {
  return podWarnings(object.spec.jobTemplate.spec.template, SPEC.child("jobTemplate", "spec", "template"));
}

function warningsOnCreate(object: Draft): string[] {
  const messages = isDns1123Label(object.metadata?.name ?? "");
  const text =
    "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended";
  return [...(messages.length > 0 ? [`metadata.name: ${text}: [${messages.join(" ")}]`] : []), ...warnings(object)];
}

const USE_TIME_ZONE =
  "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";

function flag(value: boolean | undefined): string {
  return value === undefined ? "<unset>" : value ? "True" : "False";
}

/** CronJob (batch/v1). */
export const cronJob: KindBehaviour = {
  default: defaultCronJob,
  columns: CRON_JOB_COLUMNS,
  cells: (object, context) => {
    const { spec = {}, status = {} } = object;
    return [
      name(object),
      spec.schedule ?? "",
      spec.timeZone ?? "<none>",
      flag(spec.suspend),
      status.active?.length ?? 0,
      status.lastScheduleTime ? since(status.lastScheduleTime, context) : "<none>",
      age(object, context),
      ...containerCells(spec.jobTemplate?.spec?.template),
      formatSelector(spec.jobTemplate?.spec?.selector),
    ];
  },
  strategy: {
    ...COUNTED,
    prepareForCreate: (object) => {
      delete object.status;
      dropDisabledPodFields(object.spec.jobTemplate.spec.template.spec);
    },
    prepareForUpdate: (object, old) => {
      object.status = old.status;
      dropDisabledPodFields(object.spec.jobTemplate.spec.template.spec, old.spec.jobTemplate.spec.template.spec);
    },
    validate,
    validateUpdate: specErrors,
    warningsOnCreate,
    warningsOnUpdate: (object, old) => [
      ...(same(object.spec, old.spec) ? [] : warnings(object)),
      ...(object.spec.schedule?.includes("TZ") ? [USE_TIME_ZONE] : []),
    ],
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: () => [] },
};
