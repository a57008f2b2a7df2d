import type { Draft, FieldError, StrategyContext } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, formatTime, isDns1123Label } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../../kind-behaviour.ts";
import { same } from "../../rules/equal.ts";
import { difference } from "../../rules/line-diff.ts";
import { POD_COLUMNS } from "../columns.ts";
import {
  adoptAppArmorAnnotations,
  annotationsMatchFields,
  MIRROR_POD,
  podAnnotations,
  podAnnotationUpdates,
} from "./annotations.ts";
import { podCells } from "./cells.ts";
import { imageWithoutSpace } from "./containers.ts";
import { defaultPod } from "./defaults.ts";
import { dropDisabledPodFields } from "./disabled-fields.ts";
import type { PodView } from "./pod-view.ts";
import { qualityOfService } from "./quality-of-service.ts";
import { keepOnlyResources, podResize } from "./resize.ts";
import { mergeLabelKeys } from "./scheduling.ts";
import { podSpec } from "./spec.ts";
import { keepObservedGenerations, podStatusUpdate } from "./status.ts";
import { podUpdate } from "./update.ts";
import { podWarnings } from "./warnings.ts";

const SPEC = fieldPath("spec");
const ANNOTATIONS = fieldPath("metadata", "annotations");

/** Labels by which pods are told apart later are added to the selectors that ask for them. */
function applyLabelKeys(pod: Draft): void {
  const labels = pod.metadata?.labels ?? {};
  for (const kind of ["podAffinity", "podAntiAffinity"]) {
    const terms = pod.spec.affinity?.[kind];
    for (const weighted of terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      mergeLabelKeys(weighted.podAffinityTerm, labels);
    }
    for (const term of terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeLabelKeys(term, labels);
  }
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) mergeLabelKeys(constraint, labels);
}

function prepareForCreate(pod: Draft, { now }: StrategyContext): void {
  dropDisabledPodFields(pod.spec);
  pod.status = { phase: "Pending", qosClass: qualityOfService(pod.spec) };
  if (pod.spec.schedulingGates?.length) {
    pod.status.conditions = [
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
        lastProbeTime: null,
        lastTransitionTime: formatTime(now),
      },
    ];
  }
  applyLabelKeys(pod);
  adoptAppArmorAnnotations(pod);
}

/** What makes a pod invalid whenever it is written. */
function podErrors(pod: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, metadata } = pod;
  podAnnotations(metadata?.annotations ?? {}, spec, ANNOTATIONS, errors);
  podSpec(spec, SPEC, errors, { inPod: true, ...(metadata?.name ? { podName: metadata.name } : {}) });
  if (!spec.serviceAccountName) errors.push(...tokensWithoutAccount(spec));
  for (const list of ["containers", "initContainers"]) {
    for (const [position, container] of (spec[list] ?? []).entries()) {
      imageWithoutSpace(container, SPEC.child(list).index(position), errors);
    }
  }
  return errors;
}

function tokensWithoutAccount(spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, volume] of (spec.volumes ?? []).entries()) {
    for (const [index, source] of (volume.projected?.sources ?? []).entries()) {
      if (!source.serviceAccountToken) continue;
      const at = SPEC.child("volumes").index(position).child("projected", "sources").index(index);
      const detail = "must not be specified when serviceAccountName is not set";
      errors.push(forbiddenField(at.child("serviceAccountToken"), detail));
    }
  }
  return errors;
}

function validate(pod: Draft): FieldError[] {
  const errors = podErrors(pod);
  const { spec } = pod;
  if (spec.ephemeralContainers?.length) {
    errors.push(forbiddenField(SPEC.child("ephemeralContainers"), "cannot be set on create"));
  }
  if (spec.nodeName && spec.schedulingGates?.length) {
    const detail = "cannot be set until all schedulingGates have been cleared";
    errors.push(forbiddenField(SPEC.child("nodeName"), detail));
  }
  annotationsMatchFields(pod, SPEC, errors);
  return errors;
}

function annotationErrors(pod: Draft, old: Draft): FieldError[] {
  const errors: FieldError[] = [];
  podAnnotationUpdates(pod.metadata?.annotations ?? {}, old.metadata?.annotations ?? {}, ANNOTATIONS, errors);
  return errors;
}

function validateUpdate(pod: Draft, old: Draft): FieldError[] {
  const errors = [...podErrors(pod), ...annotationErrors(pod, old)];
  podUpdate(pod.spec, old.spec, SPEC, errors);
  return errors;
}

function validateEphemeral(pod: Draft, old: Draft): FieldError[] {
  if (old.metadata?.annotations?.[MIRROR_POD] !== undefined) {
    return [forbiddenField("[]", "static pods do not support ephemeral containers")];
  }
  const errors = [...podErrors(pod), ...annotationErrors(pod, old)];
  const at = SPEC.child("ephemeralContainers");
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = (pod.spec.ephemeralContainers ?? []).find((each: Draft) => each.name === before.name);
    const which = `existing ephemeral containers ${JSON.stringify(before.name)} may not be`;
    if (!after) errors.push(forbiddenField(at, `${which} removed\n`));
    else if (!same(before, after)) {
      errors.push(forbiddenField(at, `${which} changed\n${difference("EphemeralContainer", before, after)}`));
    }
  }
  return errors;
}

function warningsOnCreate(pod: Draft): string[] {
  const messages = isDns1123Label(pod.metadata?.name ?? "");
  const surprise =
    "this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  const warnings = messages.length > 0 ? [`metadata.name: ${surprise}: [${messages.join(" ")}]`] : [];
  return [...warnings, ...podWarnings(pod, fieldPath())];
}

/** Unscheduled and finished pods go at once. */
function gracePeriodSeconds(pod: Draft, requested: number | undefined): number {
  if (!pod.spec.nodeName || pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") return 0;
  const period = requested ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}

function keepMetadata(pod: Draft, old: Draft): void {
  const { managedFields, resourceVersion } = pod.metadata;
  pod.metadata = { ...old.metadata, managedFields, resourceVersion };
  if (managedFields === undefined) delete pod.metadata.managedFields;
}

const POD_FIELDS: readonly string[] = [
  "spec.nodeName",
  "spec.restartPolicy",
  "spec.schedulerName",
  "spec.serviceAccountName",
  "spec.hostNetwork",
  "status.phase",
  "status.podIP",
  "status.podIPs",
  "status.nominatedNodeName",
];

/** The selectable fields of a pod. `status.podIPs` can be asked for but never matches, as upstream has it. */
function podFields(pod: PodView): Record<string, string> {
  const { spec = {}, status = {} } = pod;
  return {
    "spec.nodeName": spec.nodeName ?? "",
    "spec.restartPolicy": spec.restartPolicy ?? "",
    "spec.schedulerName": spec.schedulerName ?? "",
    "spec.serviceAccountName": spec.serviceAccountName ?? "",
    "spec.hostNetwork": String(spec.hostNetwork ?? false),
    "status.phase": status.phase ?? "",
    "status.podIP": status.podIPs?.[0]?.ip ?? "",
    "status.podIPs": "",
    "status.nominatedNodeName": status.nominatedNodeName ?? "",
  };
}

/** Pod (core/v1). */
export const pod: KindBehaviour = {
  default: defaultPod,
  columns: POD_COLUMNS,
  cells: podCells,
  fieldNames: POD_FIELDS,
  fields: podFields,
  strategy: {
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: true,
    generation: true,
    prepareForCreate,
    validate,
    warningsOnCreate,
    prepareForUpdate: (next, old) => {
      next.status = old.status;
      dropDisabledPodFields(next.spec, old.spec);
    },
    validateUpdate,
    gracePeriodSeconds,
  },
  statusStrategy: {
    prepareForUpdate: (next, old) => {
      next.spec = old.spec;
      next.status ??= {};
      if (old.metadata.ownerReferences) next.metadata.ownerReferences = old.metadata.ownerReferences;
      else delete next.metadata.ownerReferences;
      if (!next.status.qosClass && old.status?.qosClass) next.status.qosClass = old.status.qosClass;
      keepObservedGenerations(next.status, old.status ?? {});
    },
    validateUpdate: (next, old) => [...annotationErrors(next, old), ...podStatusUpdate(next, old)],
  },
  subresourceStrategies: {
    ephemeralcontainers: {
      prepareForUpdate: (next, old) => {
        const { ephemeralContainers } = next.spec;
        next.spec = { ...old.spec, ephemeralContainers };
        if (ephemeralContainers === undefined) delete next.spec.ephemeralContainers;
        next.status = old.status;
        keepMetadata(next, old);
      },
      validateUpdate: validateEphemeral,
    },
    resize: {
      prepareForUpdate: (next, old) => {
        keepOnlyResources(next, old);
        keepMetadata(next, old);
      },
      validateUpdate: (next, old) => [...podErrors(next), ...podResize(next, old)],
    },
  },
};
