import type { Draft } from "@pinnace/apimachinery";
import { fieldPath } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpec } from "../apps/replica-status.ts";
import { canonicalizeMap } from "../rules/quantity.ts";
import { age, name } from "../tables/cell.ts";
import { PLAIN } from "../tables/kind.ts";
import { shortAccessModes } from "./access-modes.ts";
import { PERSISTENT_VOLUME_COLUMNS } from "./columns.ts";
import { nodeSelectorTermWarnings } from "./node-labels.ts";
import { givenSources } from "./persistent-volume-sources.ts";
import { volumeChangeErrors, volumeErrors } from "./persistent-volume-validation.ts";
import { defaultVolumeSource } from "./pod/volume-defaults.ts";

/** Annotations that fields have replaced, and what is said about them. */
const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  "volume.beta.kubernetes.io/storage-class": 'deprecated since v1.8; use "storageClassName" attribute instead',
  "volume.beta.kubernetes.io/mount-options": 'deprecated since v1.31; use "mountOptions" attribute instead',
};

/** Sources whose drivers are gone. */
const OLD_SOURCES: Readonly<Record<string, readonly [field: string, message: string]>> = {
  cephfs: ["cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  photonPersistentDisk: ["photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  scaleIO: ["scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  storageos: ["storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  glusterfs: ["glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  rbd: ["rbd", "deprecated in v1.28, non-functional in v1.31+"],
};

function warnings({ metadata, spec = {} }: Draft): string[] {
  const annotations = Object.entries(OLD_ANNOTATIONS)
    .filter(([key]) => metadata?.annotations?.[key] !== undefined)
    .map(([key, message]) => `${fieldPath("metadata", "annotations").key(key)}: ${message}`);
  const recycle =
    spec.persistentVolumeReclaimPolicy === "Recycle"
      ? [
          "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
        ]
      : [];
  const terms = fieldPath("spec", "nodeAffinity", "required", "nodeSelectorTerms");
  const labels = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term: Draft, position: number) =>
    nodeSelectorTermWarnings(term, false, terms.index(position)),
  );
  const sources = Object.entries(OLD_SOURCES)
    .filter(([source]) => spec[source] !== undefined)
    .map(([, [field, message]]) => `spec.${field}: ${message}`);
  return [...annotations, ...recycle, ...labels, ...sources];
}

function setDefaults(object: Draft): void {
  object.spec ??= {};
  object.spec.persistentVolumeReclaimPolicy ||= "Retain";
  object.spec.volumeMode ??= "Filesystem";
  canonicalizeMap(object.spec.capacity);
  for (const source of givenSources(object.spec)) defaultVolumeSource(source, object.spec[source]);
  object.status ??= {};
  object.status.phase ||= "Pending";
}

/** The storage class of a volume or claim, where the annotation of old still wins. */
export function storageClassOf({ metadata, spec }: Draft): string {
  return metadata?.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName ?? "";
}

function claimOf({ spec }: Draft): string {
  return spec?.claimRef ? `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}` : "";
}

/** The seconds of a time, as `metav1.Time` has them. */
function wholeSeconds(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
}

/** PersistentVolume (v1). */
export const persistentVolume: KindBehaviour = {
  default: setDefaults,
  columns: PERSISTENT_VOLUME_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.capacity?.storage ?? "0",
    shortAccessModes(object.spec?.accessModes),
    object.spec?.persistentVolumeReclaimPolicy ?? "",
    object.metadata?.deletionTimestamp ? "Terminating" : (object.status?.phase ?? ""),
    claimOf(object),
    storageClassOf(object),
    object.spec?.volumeAttributesClassName ?? "<unset>",
    object.status?.reason ?? "",
    age(object, context),
    object.spec?.volumeMode ?? "<unset>",
  ],
  strategy: {
    ...PLAIN,
    prepareForCreate: (draft, context) => {
      draft.status = { phase: "Pending", lastPhaseTransitionTime: wholeSeconds(context.now) };
    },
    validate: volumeErrors,
    validateUpdate: (object, old) => [...volumeErrors(object), ...volumeChangeErrors(object, old)],
    warningsOnCreate: warnings,
    warningsOnUpdate: warnings,
  },
  statusStrategy: {
    prepareForUpdate: (draft, old, context) => {
      keepSpec(draft, old);
      const { status = {} } = draft;
      const before = old.status ?? {};
      if (status.phase !== before.phase) status.lastPhaseTransitionTime = wholeSeconds(context.now);
      else if (before.lastPhaseTransitionTime) status.lastPhaseTransitionTime ??= before.lastPhaseTransitionTime;
    },
  },
};
