import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, forbiddenField, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { keepSpecAndMetadata } from "../apps/replica-status.ts";
import { accessModes } from "../core/persistent-volume-claim-validation.ts";
import { sourceErrors } from "../core/persistent-volume-sources.ts";
import { csiDriverName } from "../core/volume-sources.ts";
import { immutableStruct } from "../rules/equal.ts";
import { all, check, fields, ifPresent, neededItems, type Rule, text } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { STRICT, validation } from "../tables/kind.ts";
import { VOLUME_ATTACHMENT_COLUMNS } from "./columns.ts";
import { sizeOf } from "./parameters.ts";

const MAX_METADATA = 256 * 1024;
const MAX_MESSAGE = 1024;
const ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";

const inlineVolume: Rule = (value, path, errors, owner) => {
  const inline = "in the context of inline volumes";
  if (value.claimRef) errors.push(forbiddenField(path.child("claimRef"), `may not be specified ${inline}`));
  if (Object.keys(value.capacity ?? {}).length > 0) {
    errors.push(forbiddenField(path.child("capacity"), `may not be specified ${inline}`));
  }
  if (!value.csi) errors.push(required(path.child("csi"), `has to be specified ${inline}`));
  fields({ accessModes: neededItems(accessModes) })(value, path, errors, owner);
  errors.push(...sourceErrors(value, "", path));
};

const source: Rule = (value, path, errors, owner) => {
  const { inlineVolumeSpec: inline, persistentVolumeName: volume } = value ?? {};
  if (!inline && volume === undefined) errors.push(required(path, ONE_SOURCE));
  else if (inline && volume !== undefined) errors.push(forbiddenField(path, ONE_SOURCE));
  else if (inline) inlineVolume(inline, path.child("inlineVolumeSpec"), errors, owner);
  else if (volume === "") {
    errors.push(required(path.child("persistentVolumeName"), "must specify non empty persistentVolumeName"));
  }
};

const volumeError: Rule = (value, path, errors) => {
  if ((value.message ?? "").length > MAX_MESSAGE) errors.push(tooLong(path.child("message"), MAX_METADATA));
  if ((value.errorCode ?? 0) >= 0) return;
  const message = "must be between 0 and 2147483647, inclusive";
  errors.push(invalidValue(path.child("errorCode"), value.errorCode, message));
};

const status: Rule = fields({
  attachmentMetadata: (value, path, errors) => {
    if (sizeOf(value ?? {}) > MAX_METADATA) errors.push(tooLong(path, MAX_METADATA));
  },
  attachError: ifPresent(volumeError),
  detachError: ifPresent(volumeError),
});

const rule: Rule = all(
  fields({ spec: fields({ attacher: csiDriverName, source, nodeName: text(dnsSubdomain) }), status }),
  fields({ spec: fields({ source: fields({ persistentVolumeName: ifPresent(text(dnsSubdomain)) }) }) }),
);

function statusErrors(object: Draft): FieldError[] {
  return check(status, object.status, fieldPath("status"));
}

/** VolumeAttachment (storage.k8s.io/v1). */
export const volumeAttachment: KindBehaviour = {
  default: (object: Draft) => {
    object.spec ??= {};
    object.spec.source ??= {};
  },
  columns: VOLUME_ATTACHMENT_COLUMNS,
  cells: (object, context) => [
    name(object),
    object.spec?.attacher ?? "",
    object.spec?.source?.persistentVolumeName ?? "",
    object.spec?.nodeName ?? "",
    object.status?.attached ?? false,
    age(object, context),
  ],
  strategy: {
    ...STRICT,
    ...validation(rule, (object, old) =>
      immutableStruct("VolumeAttachmentSpec", object.spec, old.spec, fieldPath("spec")),
    ),
  },
  statusStrategy: { prepareForUpdate: keepSpecAndMetadata, validateUpdate: statusErrors },
};
