import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, nameIsDnsLabel, required } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { defaultClaimSpec } from "../core/persistent-volume-claim-defaults.ts";
import { claimSpec } from "../core/persistent-volume-claim-validation.ts";
import { claimSpecWarnings } from "../core/persistent-volume-claim-warnings.ts";
import { podAnnotations } from "../core/pod/annotations.ts";
import { defaultPodTemplate } from "../core/pod/defaults.ts";
import { dropInTemplate } from "../core/pod/disabled-fields.ts";
import { alwaysRestarts, lastingTemplate, neededSelector, templateWarnings } from "../core/pod-template.ts";
import { same } from "../rules/equal.ts";
import { goValue } from "../rules/go-json.ts";
import { intOrPercent, intOrPercentValue, notMoreThan100Percent } from "../rules/int-or-percent.ts";
import { labels } from "../rules/label-selector.ts";
import { fields, ifPresent, ifSet, nonNegative, oneOf, text } from "../rules/rule.ts";
import { dnsLabel } from "../rules/text.ts";
import { age, containerCells, name } from "../tables/cell.ts";
import { COUNTED } from "../tables/kind.ts";
import { STATEFUL_SET_COLUMNS } from "./columns.ts";
import { keepSpec, statusCounts } from "./replica-status.ts";

/** The feature gate `MaxUnavailableStatefulSet` is off by default: only what is stored already stays. */
function dropMaxUnavailable(object: Draft, old?: Draft): void {
  const inUse = old?.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? null;
  if (inUse === null && object.spec.updateStrategy?.rollingUpdate)
    delete object.spec.updateStrategy.rollingUpdate.maxUnavailable;
}

function defaultStatefulSet(object: Draft): void {
  object.spec ??= {};
  const { spec } = object;
  spec.podManagementPolicy ||= "OrderedReady";
  spec.updateStrategy ??= {};
  const strategy = spec.updateStrategy;
  if (!strategy.type) {
    strategy.type = "RollingUpdate";
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === "RollingUpdate" && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= "Retain";
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= "Retain";
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.serviceName ??= "";
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = "v1";
    claim.kind = "PersistentVolumeClaim";
    claim.spec ??= {};
    defaultClaimSpec(claim.spec);
    claim.status ??= {};
    claim.status.phase ||= "Pending";
  }
}

function updateStrategy(strategy: Draft, path: FieldPath, errors: FieldError[]): void {
  const at = path.child("rollingUpdate");
  const { type, rollingUpdate } = strategy;
  if (!type) errors.push(required(path));
  else if (type === "OnDelete") {
    const message = "only allowed for updateStrategy 'RollingUpdate'";
    if (rollingUpdate)
      errors.push(invalidValue(at, goValue("RollingUpdateStatefulSetStrategy", rollingUpdate), message));
  } else if (type !== "RollingUpdate") {
    errors.push(
      invalidValue(path, goValue("StatefulSetUpdateStrategy", strategy), "must be 'RollingUpdate' or 'OnDelete'"),
    );
  } else if (rollingUpdate) {
    nonNegative(rollingUpdate.partition, at.child("partition"), errors, rollingUpdate);
    const { maxUnavailable } = rollingUpdate;
    if (maxUnavailable === undefined || maxUnavailable === null) return;
    const where = at.child("maxUnavailable");
    intOrPercent(maxUnavailable, where, errors, rollingUpdate);
    if (intOrPercentValue(maxUnavailable) === 0) errors.push(invalidValue(where, maxUnavailable, "cannot be 0"));
    notMoreThan100Percent(maxUnavailable, where, errors, rollingUpdate);
  }
}

/** The template as pods will have it: the controller sets host name, subdomain and the claims' volumes. */
function effectiveTemplate(spec: Draft): Draft {
  const claims = new Map<string, Draft>();
  for (const { metadata } of spec.volumeClaimTemplates ?? []) {
    claims.set(metadata?.name, { name: metadata?.name, persistentVolumeClaim: { claimName: metadata?.name } });
  }
  const { subdomain: _subdomain, hostname: _hostname, ...podSpec } = spec.template.spec;
  const others = (podSpec.volumes ?? []).filter((volume: Draft) => !claims.has(volume.name));
  return { ...spec.template, spec: { ...podSpec, volumes: [...claims.values(), ...others] } };
}

const retention = oneOf("Retain", "Delete");

function specErrors({ spec }: Draft, isUpdate: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const path = fieldPath("spec");
  if (!["OrderedReady", "Parallel"].includes(spec.podManagementPolicy)) {
    const at = path.child("podManagementPolicy");
    errors.push(invalidValue(at, spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
  updateStrategy(spec.updateStrategy, path.child("updateStrategy"), errors);
  fields({ persistentVolumeClaimRetentionPolicy: fields({ whenDeleted: retention, whenScaled: retention }) })(
    spec,
    path,
    errors,
    undefined,
  );
  for (const [position, claim] of isUpdate ? [] : (spec.volumeClaimTemplates ?? []).entries()) {
    claimSpec(claim.spec, path.child("volumeClaimTemplates").index(position).child("spec"), errors, claim);
  }
  fields({
    replicas: nonNegative,
    minReadySeconds: nonNegative,
    ordinals: ifPresent((value, at, found) => nonNegative(value.start, at.child("start"), found, value)),
  })(spec, path, errors, undefined);
  if (!isUpdate) ifSet(text(dnsLabel))(spec.serviceName, path.child("serviceName"), errors, spec);
  const selectable = neededSelector(spec.selector, "statefulset", path.child("selector"), errors, "");
  if (selectable) templateErrors(spec, path.child("template"), errors);
  alwaysRestarts(spec.template, "StatefulSet", path.child("template"), errors);
  return errors;
}

function templateErrors(spec: Draft, path: FieldPath, errors: FieldError[]): void {
  const found: FieldError[] = [];
  const template = effectiveTemplate(spec);
  lastingTemplate(template, spec.selector, "StatefulSet", path, found);
  const restart = [`${path}.spec.restartPolicy`, `${path}.spec.activeDeadlineSeconds`];
  const isRestart = ({ type, field }: FieldError): boolean =>
    restart.includes(field) && (type === "FieldValueNotSupported" || type === "FieldValueForbidden");
  errors.push(...found.filter((error) => !isRestart(error)));
  labels(template.metadata?.labels, path.child("labels"), errors, template);
  podAnnotations(template.metadata?.annotations ?? {}, template.spec, path.child("annotations"), errors);
}

const UPDATABLE = [
  "replicas",
  "template",
  "updateStrategy",
  "minReadySeconds",
  "ordinals",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
];
const FORBIDDEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function validateUpdate(object: Draft, old: Draft): FieldError[] {
  const errors = specErrors(object, true);
  const frozen = { ...object.spec };
  for (const member of UPDATABLE) frozen[member] = old.spec[member];
  return same(frozen, old.spec) ? errors : [...errors, forbiddenField(fieldPath("spec"), FORBIDDEN)];
}

function claimWarnings(object: Draft, member: string): string[] {
  const warnings: string[] = [];
  for (const [position, claim] of (object.spec.volumeClaimTemplates ?? []).entries()) {
    const at = fieldPath("spec", "volumeClaimTemplates").index(position);
    warnings.push(...claimSpecWarnings(claim.spec, member === "" ? at : at.child(member)));
  }
  if (object.spec.revisionHistoryLimit < 0) {
    const text = "a negative value retains all historical revisions; a value >= 0 is recommended";
    warnings.push(`spec.revisionHistoryLimit: ${text}`);
  }
  return warnings;
}

/** StatefulSet (apps/v1). */
export const statefulSet: KindBehaviour = {
  default: defaultStatefulSet,
  columns: STATEFUL_SET_COLUMNS,
  cells: (object, context) => [
    name(object),
    `${object.status?.readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`,
    age(object, context),
    ...containerCells(object.spec?.template),
  ],
  strategy: {
    ...COUNTED,
    prepareForCreate: (object) => {
      dropInTemplate.prepareForCreate(object);
      dropMaxUnavailable(object);
    },
    prepareForUpdate: (object, old) => {
      dropInTemplate.prepareForUpdate(object, old);
      dropMaxUnavailable(object, old);
    },
    validateName: nameIsDnsLabel,
    validate: (object) => specErrors(object, false),
    validateUpdate,
    warningsOnCreate: (object) => [...templateWarnings(object), ...claimWarnings(object, "")],
    warningsOnUpdate: (object, old) => [
      ...(same(object.spec, old.spec) ? [] : templateWarnings(object)),
      ...claimWarnings(object, "Spec"),
    ],
  },
  statusStrategy: {
    prepareForUpdate: keepSpec,
    validateUpdate: statusCounts({
      counts: [
        "replicas",
        "readyReplicas",
        "currentReplicas",
        "updatedReplicas",
        "availableReplicas",
        "observedGeneration",
        "collisionCount",
      ],
      withinReplicas: ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"],
      availableWithin: "status.readyReplicas",
    }),
  },
};
