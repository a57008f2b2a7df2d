import type { Draft } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { same } from "../rules/equal.ts";
import { canonicalizeMap } from "../rules/quantity.ts";
import { check } from "../rules/rule.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { shortAccessModes } from "./access-modes.ts";
import { PERSISTENT_VOLUME_CLAIM_COLUMNS } from "./columns.ts";
import { storageClassOf } from "./persistent-volume.ts";
import { copyDataSource, defaultClaimSpec } from "./persistent-volume-claim-defaults.ts";
import { CLASS_ANNOTATION, claimChangeErrors, claimStatusErrors } from "./persistent-volume-claim-update.ts";
import { claimSpec } from "./persistent-volume-claim-validation.ts";
import { claimSpecWarnings } from "./persistent-volume-claim-warnings.ts";

const SNAPSHOTS = "snapshot.storage.k8s.io";

function isKnownSource({ apiGroup, kind }: Draft): boolean {
  return (kind === "PersistentVolumeClaim" && !apiGroup) || (kind === "VolumeSnapshot" && apiGroup === SNAPSHOTS);
}

/** A data source that nothing can fill from is dropped, unless it was there; then source and reference are made equal. */
function prepareSources(spec: Draft, old?: Draft): void {
  const { dataSource, dataSourceRef } = spec;
  const kept = old?.dataSource && same(dataSource, old.dataSource);
  if (dataSource && !dataSourceRef && !kept && !isKnownSource(dataSource)) delete spec.dataSource;
  copyDataSource(spec);
}

function warnings({ metadata, spec }: Draft): string[] {
  const annotation =
    metadata?.annotations?.[CLASS_ANNOTATION] === undefined
      ? []
      : [
          `${fieldPath("metadata", "annotations").key(CLASS_ANNOTATION)}: deprecated since v1.8; use "storageClassName" attribute instead`,
        ];
  return [...annotation, ...claimSpecWarnings(spec, fieldPath("spec"))];
}

function setDefaults(object: Draft): void {
  object.spec ??= {};
  defaultClaimSpec(object.spec);
  object.status ??= {};
  object.status.phase ||= "Pending";
  canonicalizeMap(object.status.capacity);
  canonicalizeMap(object.status.allocatedResources);
}

/** PersistentVolumeClaim (v1). */
export const persistentVolumeClaim: KindBehaviour = {
  default: setDefaults,
  columns: PERSISTENT_VOLUME_CLAIM_COLUMNS,
  cells: (object, context) => {
    const bound = Boolean(object.spec?.volumeName);
    return [
      name(object),
      object.metadata?.deletionTimestamp ? "Terminating" : (object.status?.phase ?? ""),
      object.spec?.volumeName ?? "",
      bound ? (object.status?.capacity?.storage ?? "0") : "",
      bound ? shortAccessModes(object.status?.accessModes) : "",
      storageClassOf(object),
      object.spec?.volumeAttributesClassName ?? "<unset>",
      age(object, context),
      object.spec?.volumeMode ?? "<unset>",
    ];
  },
  strategy: {
    ...PLAIN,
    prepareForCreate: (draft) => {
      draft.status = { phase: "Pending" };
      prepareSources(draft.spec);
    },
    prepareForUpdate: (draft, old) => {
      draft.status = old.status;
      prepareSources(draft.spec, old.spec);
    },
    validate: (object) => check(claimSpec, object.spec, fieldPath("spec")),
    validateUpdate: (object, old) => [
      ...check(claimSpec, object.spec, fieldPath("spec")),
      ...claimChangeErrors(object, old),
    ],
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  },
  statusStrategy: { prepareForUpdate: keepSpec, validateUpdate: claimStatusErrors },
};
