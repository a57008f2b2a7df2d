import type { Draft, FieldError, FieldPath } from "@pinnace/apimachinery";
import { forbiddenField, invalidValue, notSupported, required } from "@pinnace/apimachinery";
import { signerName } from "../../certificates/signer-name.ts";
import { labelSelector } from "../../rules/label-selector.ts";
import { claimPath, conflictingPaths, nonReservedPath } from "../../rules/path-text.ts";
import { all, fields, needed, type Rule } from "../../rules/rule.ts";
import { keyToPath } from "../volume-sources.ts";
import { FILE_FIELDS, fieldSelector, fileMode, resourceFieldSelector } from "./key-references.ts";

const fieldRef = fieldSelector(FILE_FIELDS);
const resourceFieldRef = resourceFieldSelector(true);

const downwardPath = fields({ path: all(needed(), nonReservedPath) });

const downwardFile: Rule = (file, path, errors) => {
  downwardPath(file, path, errors, undefined);
  if (file.fieldRef) {
    fieldRef(file.fieldRef, path.child("fieldRef"), errors, file);
    const both = "fieldRef and resourceFieldRef can not be specified simultaneously";
    if (file.resourceFieldRef) errors.push(invalidValue(path, "resource", both));
  } else if (file.resourceFieldRef)
    resourceFieldRef(file.resourceFieldRef, path.child("resourceFieldRef"), errors, file);
  else errors.push(required(path, "one of fieldRef and resourceFieldRef is required"));
  fileMode(file.mode, path.child("mode"), errors, file);
};

/** `items[]` of a downward API volume. Upstream reports each at the volume. */
export const downwardFiles: Rule = (value, path, errors) => {
  for (const file of value.items ?? []) downwardFile(file, path, errors, value);
};

interface Projection {
  readonly volume: FieldPath;
  readonly taken: Set<string>;
  readonly errors: FieldError[];
}

function takeFile({ taken, volume, errors }: Projection, file: string | undefined, value: unknown): void {
  claimPath(taken, file, () => conflictingPaths(volume, value), errors);
}

function keys(source: Draft, path: FieldPath, projection: Projection): void {
  if (!source.name) projection.errors.push(required(path.child("name")));
  for (const [position, item] of (source.items ?? []).entries()) {
    keyToPath(item, path.child("items").index(position), projection.errors, source);
    takeFile(projection, item.path, source.name ?? "");
  }
}

const tokenPath = needed(nonReservedPath);

function token(source: Draft, path: FieldPath, { volume, errors }: Projection): void {
  const at = path.child("expirationSeconds");
  const seconds = source.expirationSeconds ?? 0;
  if (seconds < 600) errors.push(invalidValue(at, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > 2 ** 32) errors.push(invalidValue(at, seconds, "may not specify a duration larger than 2^32 seconds"));
  tokenPath(source.path, volume.child("path"), errors, source);
}

function trustBundle(source: Draft, path: FieldPath, projection: Projection): void {
  const { errors } = projection;
  const named = source.name !== undefined && source.name !== null;
  const signed = source.signerName !== undefined && source.signerName !== null;
  if (named && signed) errors.push(invalidValue(path, source, "only one of name and signerName may be used"));
  else if (named) {
    if (source.name === "") errors.push(required(path.child("name"), "must be a valid object name"));
    if (source.labelSelector) {
      const message = "labelSelector must be unset if name is specified";
      errors.push(invalidValue(path.child("labelSelector"), source.labelSelector, message));
    }
  } else if (signed) {
    if (source.signerName === "") errors.push(required(path.child("signerName"), "must be a valid signer name"));
    signerName(source.signerName, path.child("signerName"), errors, source);
    labelSelector(source.labelSelector, path.child("labelSelector"), errors, source);
  } else errors.push(required(path, "either name or signerName must be specified"));
  all(needed(), nonReservedPath)(source.path, path.child("path"), errors, source);
  takeFile(projection, source.path, source.path);
}

const KEY_TYPES = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
const CERTIFICATE_FILES = ["credentialBundlePath", "keyPath", "certificateChainPath"] as const;

function podCertificate(source: Draft, path: FieldPath, projection: Projection): void {
  const { errors } = projection;
  signerName(source.signerName, path.child("signerName"), errors, source);
  if (!KEY_TYPES.includes(source.keyType))
    errors.push(notSupported(path.child("keyType"), source.keyType ?? "", KEY_TYPES));
  const at = path.child("maxExpirationSeconds");
  const seconds = source.maxExpirationSeconds;
  const most = source.signerName?.startsWith("kubernetes.io/") ? 86_400 : 7_862_400;
  if (seconds < 3600) errors.push(invalidValue(at, seconds, "if provided, maxExpirationSeconds must be >= 3600"));
  if (seconds > most) errors.push(invalidValue(at, seconds, `if provided, maxExpirationSeconds must be <= ${most}`));
  const given = CERTIFICATE_FILES.filter((name) => source[name]);
  for (const name of given) {
    nonReservedPath(source[name], path.child(name), errors, source);
    takeFile(projection, source[name], source[name]);
  }
  if (given.length > 0) return;
  errors.push(
    required(
      path,
      `specify at least one of ${CERTIFICATE_FILES[0]}, ${CERTIFICATE_FILES[1]}, and ${CERTIFICATE_FILES[2]}`,
    ),
  );
}

function downward(source: Draft, path: FieldPath, projection: Projection): void {
  for (const file of source.items ?? []) {
    downwardFile(file, path, projection.errors, source);
    takeFile(projection, file.path, file.path);
  }
}

const SOURCES: Readonly<Record<string, (source: Draft, path: FieldPath, projection: Projection) => void>> = {
  secret: keys,
  configMap: keys,
  downwardAPI: downward,
  serviceAccountToken: token,
  clusterTrustBundle: trustBundle,
  podCertificate,
};

const SOURCE_NAMES = Object.keys(SOURCES);

/** `sources[]` of a projected volume. No two may make the same file. */
export const projectedSources: Rule = (value, path, errors) => {
  const projection: Projection = { volume: path, taken: new Set(), errors };
  for (const [position, source] of (value.sources ?? []).entries()) {
    const at = path.child("sources").index(position);
    const given = SOURCE_NAMES.filter((name) => source[name] !== undefined && source[name] !== null);
    for (const name of given) SOURCES[name]?.(source[name], at.child(name), projection);
    if (given.length > 1) errors.push(forbiddenField(at, "may not specify more than 1 volume type per source"));
  }
};
