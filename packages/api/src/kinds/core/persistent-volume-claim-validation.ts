import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { labelSelector, labels } from "../rules/label-selector.ts";
import { signOf } from "../rules/quantity.ts";
import { all, fields, ifPresent, ifSet, needed, neededItems, oneOf, type Rule, text } from "../rules/rule.ts";
import { dnsLabel, dnsSubdomain } from "../rules/text.ts";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/** `accessModes` of a claim or a volume: known, and ReadWriteOncePod alone. */
export const accessModes: Rule = (value, path, errors) => {
  for (const mode of value ?? []) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  const known = (value ?? []).filter((mode: string) => ACCESS_MODES.includes(mode));
  if (known.includes("ReadWriteOncePod") && known.some((mode: string) => mode !== "ReadWriteOncePod")) {
    errors.push(forbiddenField(path, "may not use ReadWriteOncePod with other access modes"));
  }
};

export const volumeMode: Rule = oneOf("Block", "Filesystem");

const storageRequest: Rule = (value, path, errors) => {
  const at = path.key("storage");
  const quantity = value?.requests?.storage;
  if (quantity === undefined) errors.push(required(at));
  else if (signOf(quantity) <= 0) errors.push(invalidValue(at, String(quantity), "must be greater than zero"));
};

const dataSource: Rule = (value, path, errors) => {
  fields({ name: needed(), kind: needed() })(value, path, errors, undefined);
  if (!value.apiGroup && value.kind !== "PersistentVolumeClaim") {
    const message = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalidValue(path, value.kind ?? "", message));
  }
  fields({ apiGroup: ifSet(text(dnsSubdomain)), namespace: ifSet(text(dnsLabel)) })(value, path, errors, undefined);
};

function sourcesAgree(spec: Draft, path: FieldPath): FieldError[] {
  const { dataSource: source, dataSourceRef: reference } = spec;
  if (!source || !reference) return [];
  if (reference.namespace) {
    return [invalidValue(path, {}, "may not be specified when dataSourceRef.namespace is specified")];
  }
  const same =
    source.apiGroup === reference.apiGroup && source.kind === reference.kind && source.name === reference.name;
  return same ? [] : [invalidValue(path, {}, "must match dataSourceRef")];
}

/** A claim's spec. */
export const claimSpec: Rule = all(
  fields({ accessModes: neededItems(undefined, "at least 1 access mode is required") }),
  fields({
    selector: labelSelector,
    accessModes,
    resources: storageRequest,
    storageClassName: ifSet(text(dnsSubdomain)),
    volumeMode: ifPresent(volumeMode),
    dataSource: ifPresent(dataSource),
    dataSourceRef: ifPresent(dataSource),
  }),
  (value, path, errors) => {
    errors.push(...sourcesAgree(value, path));
  },
  fields({ volumeAttributesClassName: ifSet(text(dnsSubdomain)) }),
);

/** The template of a generic ephemeral volume: metadata (labels and annotations only) and a claim's spec. */
export const claimTemplate: Rule = fields({ metadata: ifPresent(fields({ labels })), spec: claimSpec });
