import type { Draft } from "@pinnace/apimachinery";
import { canonicalQuantity } from "../../rules/quantity.ts";
import { defaultClaimSpec } from "../persistent-volume-claim-defaults.ts";
import { defaultPullPolicy } from "./image.ts";

const MODE_0644 = 0o644;

/** Defaults of each volume source, by its member name. Sources that are missing here have none. */
const SOURCES: Readonly<Record<string, (source: Draft) => void>> = {
  hostPath: (source) => {
    source.type ??= "";
  },
  secret: defaultMode,
  configMap: defaultMode,
  downwardAPI: (source) => {
    defaultMode(source);
    defaultDownwardItems(source.items);
  },
  projected: (source) => {
    defaultMode(source);
    for (const projection of source.sources ?? []) defaultProjection(projection);
  },
  emptyDir: (source) => {
    if (source.sizeLimit !== undefined) source.sizeLimit = canonicalQuantity(source.sizeLimit);
  },
  iscsi: (source) => {
    source.iscsiInterface ||= "default";
  },
  rbd: (source) => {
    source.pool ||= "rbd";
    source.user ||= "admin";
    source.keyring ||= "/etc/ceph/keyring";
  },
  azureDisk: (source) => {
    source.cachingMode ??= "ReadWrite";
    source.fsType ??= "ext4";
    source.readOnly ??= false;
    source.kind ??= "Shared";
  },
  scaleIO: (source) => {
    source.storageMode ||= "ThinProvisioned";
    source.fsType ||= "xfs";
  },
  ephemeral: (source) => {
    if (!source.volumeClaimTemplate) return;
    source.volumeClaimTemplate.metadata ??= {};
    source.volumeClaimTemplate.spec ??= {};
    defaultClaimSpec(source.volumeClaimTemplate.spec);
  },
  image: (source) => {
    source.pullPolicy ||= defaultPullPolicy(source.reference);
  },
};

function defaultMode(source: Draft): void {
  source.defaultMode ??= MODE_0644;
}

/** A field reference without version means `v1`. */
export function defaultFieldRef(reference: Draft): void {
  if (reference) reference.apiVersion ||= "v1";
}

/** A divisor that is not given is the quantity 0. */
export function defaultResourceFieldRef(reference: Draft): void {
  if (reference) reference.divisor = reference.divisor === undefined ? "0" : canonicalQuantity(reference.divisor);
}

function defaultDownwardItems(items: Draft): void {
  for (const item of items ?? []) {
    defaultFieldRef(item.fieldRef);
    defaultResourceFieldRef(item.resourceFieldRef);
  }
}

function defaultProjection(projection: Draft): void {
  defaultDownwardItems(projection.downwardAPI?.items);
  if (projection.serviceAccountToken) projection.serviceAccountToken.expirationSeconds ??= 3600;
}

/** A volume without source is an emptyDir. */
export function defaultVolume(volume: Draft): void {
  const sources = Object.keys(volume).filter((key) => key !== "name" && volume[key] !== null);
  if (sources.length === 0) volume.emptyDir = {};
  for (const source of sources) SOURCES[source]?.(volume[source]);
}

/** Sources that persistent volumes share with pods. */
export function defaultVolumeSource(name: string, source: Draft): void {
  SOURCES[name]?.(source);
}
