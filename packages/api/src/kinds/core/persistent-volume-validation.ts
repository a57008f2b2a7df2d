import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { immutable, same } from "../rules/equal.ts";
import { difference } from "../rules/line-diff.ts";
import { signOf } from "../rules/quantity.ts";
import { check, fields, ifPresent, ifSet, needed, neededItems, oneOf, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { nodeSelector } from "./node-selector.ts";
import { accessModes, volumeMode } from "./persistent-volume-claim-validation.ts";
import { givenSources, sourceErrors } from "./persistent-volume-sources.ts";

const capacity: Rule = (value, path, errors) => {
  const names = Object.keys(value ?? {});
  if (names.length === 0) errors.push(required(path));
  if (value?.storage === undefined || names.length > 1) errors.push(notSupported(path, value ?? null, ["storage"]));
  for (const name of names.sort()) {
    if (signOf(value[name]) > 0) continue;
    errors.push(invalidValue(path.key(name), String(value[name]), "must be greater than zero"));
  }
};

const nodeAffinity: Rule = fields({ required: needed(nodeSelector, "must specify required node constraints") });

const before: Rule = fields({
  accessModes: neededItems(accessModes),
  capacity,
  persistentVolumeReclaimPolicy: ifSet(oneOf("Delete", "Recycle", "Retain")),
  nodeAffinity: ifPresent(nodeAffinity),
});

const attributesClass: Rule = (value, path, errors, owner) => {
  if (value === "") errors.push(required(path, "an empty string is disallowed"));
  else text(dnsSubdomain)(value, path, errors, owner);
};

const after: Rule = fields({
  storageClassName: ifSet(text(dnsSubdomain)),
  volumeMode: ifPresent(volumeMode),
  volumeAttributesClassName: ifPresent(attributesClass),
});

/** Everything wrong with a PersistentVolume. */
export function volumeErrors({ metadata, spec = {} }: Draft): FieldError[] {
  const path = fieldPath("spec");
  const errors = check(before, spec, path);
  errors.push(...sourceErrors(spec, metadata?.name ?? "", path));
  if (spec.hostPath?.path === "/" && spec.persistentVolumeReclaimPolicy === "Recycle") {
    errors.push(
      forbiddenField(path.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"),
    );
  }
  errors.push(...check(after, spec, path));
  if (spec.volumeAttributesClassName !== undefined && !spec.csi) {
    errors.push(required(path.child("csi"), "has to be specified when using volumeAttributesClassName"));
  }
  return errors;
}

function sourceOf(spec: Draft): Draft {
  return Object.fromEntries(givenSources(spec).map((name) => [name, spec[name]]));
}

/** Only what says how to use a volume may change, not what it is. */
export function volumeChangeErrors({ spec = {} }: Draft, { spec: old = {} }: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const before = sourceOf(old);
  const source = sourceOf(spec);
  // A secret for expansion may be named later.
  if (before.csi && source.csi && !before.csi.controllerExpandSecretRef) {
    source.csi = { ...source.csi, controllerExpandSecretRef: undefined };
  }
  if (!same(source, before)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${difference("PersistentVolumeSource", before, source)}`;
    errors.push(forbiddenField(fieldPath("spec", "persistentvolumesource"), detail));
  }
  errors.push(...immutable(spec.volumeMode, old.volumeMode, fieldPath("volumeMode")));
  if (old.nodeAffinity) {
    const detail = "field is immutable, except for updating from beta label to GA";
    errors.push(...immutable(spec.nodeAffinity, old.nodeAffinity, fieldPath("nodeAffinity"), detail));
  }
  return errors;
}
