import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { invalidValue, required, tooLong } from "@pinnace/apimachinery";
import { nonReservedPath } from "../rules/path-text.ts";
import { all, between, fields, ifPresent, needed, type Rule } from "../rules/rule.ts";
import { dnsSubdomain } from "../rules/text.ts";
import { fileMode } from "./pod/key-references.ts";

/** One key of a Secret or ConfigMap, and the file it becomes. */
export const keyToPath: Rule = fields({ key: needed(), path: all(needed(), nonReservedPath), mode: fileMode });

const MAX_DRIVER_NAME = 63;

/** The name of a CSI driver: a DNS name of at most 63 bytes, in any case. */
export const csiDriverName: Rule = (value, path, errors) => {
  if (!value) return void errors.push(required(path));
  if (value.length > MAX_DRIVER_NAME) errors.push(tooLong(path, MAX_DRIVER_NAME));
  for (const message of dnsSubdomain(String(value).toLowerCase())) errors.push(invalidValue(path, value, message));
};

const INITIATOR: Readonly<Record<string, RegExp>> = {
  iqn: /^iqn\.\d{4}-\d{2}\.([A-Za-z0-9-.]+)(:[^,;*&$|\s]+)?$/,
  eui: /^eui.[0-9a-fA-F]{16}$/,
  naa: /^naa.[0-9a-fA-F]{32}$/,
};

function initiatorProblem(name: string): string | undefined {
  const pattern = INITIATOR[name.slice(0, 3)];
  if (pattern === undefined) return "must be valid format starting with iqn, eui, or naa";
  return pattern.test(name) ? undefined : "must be valid format";
}

function initiator(field: string, value: string, path: FieldPath): FieldError[] {
  const problem = initiatorProblem(value);
  return problem === undefined ? [] : [invalidValue(path.child(field), value, problem)];
}

/** `iscsi`, of a pod or a persistent volume. */
export const iscsi: Rule = (value, path, errors, volume: Draft) => {
  if (!value.targetPortal) errors.push(required(path.child("targetPortal")));
  if (!value.iqn) errors.push(required(path.child("iqn")));
  else errors.push(...initiator("iqn", value.iqn, path));
  between(0, 255)(value.lun, path.child("lun"), errors, value);
  if ((value.chapAuthDiscovery || value.chapAuthSession) && !value.secretRef)
    errors.push(required(path.child("secretRef")));
  if (value.initiatorName === undefined) return;
  errors.push(...initiator("initiatorname", value.initiatorName, path));
  if (`${volume?.name}:${value.targetPortal}`.length > 64) {
    const message =
      "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
    errors.push(invalidValue(path.child("targetportal"), value.targetPortal, message));
  }
};

/** `fc`: target world wide names with a LUN, or world wide identifiers. */
export const fc: Rule = (value, path, errors) => {
  const names = value.targetWWNs?.length ?? 0;
  const ids = value.wwids?.length ?? 0;
  const at = path.child("targetWWNs");
  if (names === 0 && ids === 0) errors.push(required(at, "must specify either targetWWNs or wwids, but not both"));
  if (names > 0 && ids > 0) {
    errors.push(invalidValue(at, value.targetWWNs, "targetWWNs and wwids can not be specified simultaneously"));
  }
  if (names === 0) return;
  needed(between(0, 255), "lun is required if targetWWNs is specified")(value.lun, path.child("lun"), errors, value);
};

/** `flocker`: a dataset by name or by uuid. */
export const flocker: Rule = (value, path, errors) => {
  const { datasetName, datasetUUID } = value;
  if (!datasetName && !datasetUUID) errors.push(required(path, "one of datasetName and datasetUUID is required"));
  if (datasetName && datasetUUID) {
    errors.push(invalidValue(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  }
  if (datasetName?.includes("/"))
    errors.push(invalidValue(path.child("datasetName"), datasetName, "must not contain '/'"));
};

const HOST_PORT = /^(\[[^\]]*\]|[^:]*):[^:]*$/;

/** `quobyte`: registries as host:port pairs, and a volume. */
export const quobyte: Rule = (value, path, errors) => {
  const pairs = "must be a host:port pair or multiple pairs separated by commas";
  if (!value.registry) errors.push(required(path.child("registry"), pairs));
  else if ((value.tenant ?? "").length >= 65) {
    errors.push(required(path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters"));
  } else if (!value.registry.split(",").every((pair: string) => HOST_PORT.test(pair))) {
    errors.push(invalidValue(path.child("registry"), value.registry, pairs));
  }
  if (!value.volume) errors.push(required(path.child("volume")));
};

export const secretReference: Rule = ifPresent(fields({ name: needed(), namespace: needed() }));
