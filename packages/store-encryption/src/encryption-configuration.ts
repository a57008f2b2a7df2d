import { CodedError } from "@pinnace/errors";

/**
 * - `INVALID_CONFIGURATION`: the configuration is malformed; the message has the field's path.
 * - `UNSUPPORTED_PROVIDER`: a provider that this package does not have (`kms`).
 */
export type EncryptionErrorCode = "INVALID_CONFIGURATION" | "UNSUPPORTED_PROVIDER";

export class EncryptionError extends CodedError<EncryptionErrorCode> {
  override name = "EncryptionError";
}

/** A key of a provider; `secret` is its bytes. */
export interface ProviderKey {
  readonly name: string;
  readonly secret: Uint8Array;
}

/** How values are encrypted. */
export type ProviderConfiguration =
  | { readonly type: "aesgcm" | "aescbc" | "secretbox"; readonly keys: readonly ProviderKey[] }
  | { readonly type: "identity" };

/** Which resources (`secrets`, `deployments.apps`, `*.apps`, `*.` for the core group, `*.*`), and how. */
export interface ResourceConfiguration {
  readonly resources: readonly string[];
  /** The first one writes; all of them are tried to read. */
  readonly providers: readonly ProviderConfiguration[];
}

/** Bytes that keys may have. */
const KEY_SIZES: Readonly<Record<"aesgcm" | "aescbc" | "secretbox", readonly number[]>> = {
  aesgcm: [16, 24, 32],
  aescbc: [16, 24, 32],
  secretbox: [32],
};
const API_VERSIONS = ["apiserver.config.k8s.io/v1"];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The resources of an `EncryptionConfiguration` (`apiserver.config.k8s.io/v1`), decoded from its YAML or JSON, with the
 * rules of `kube-apiserver --encryption-provider-config`. Throws {@link EncryptionError}.
 */
export function parseEncryptionConfiguration(document: unknown): readonly ResourceConfiguration[] {
  const { kind, apiVersion, resources } = objectAt(document, "the document");
  if (kind !== "EncryptionConfiguration") throw invalid("kind", "must be EncryptionConfiguration");
  if (!API_VERSIONS.includes(String(apiVersion))) throw invalid("apiVersion", `must be ${API_VERSIONS}`);
  return listAt(resources, "resources").map((each, index) => resourceAt(each, `resources[${index}]`));
}

function resourceAt(value: unknown, path: string): ResourceConfiguration {
  const { resources, providers } = objectAt(value, path);
  const names = listAt(resources, `${path}.resources`).map((name, index) =>
    resourceName(name, `${path}.resources[${index}]`),
  );
  if (new Set(names).size < names.length)
    throw invalid(`${path}.resources`, "the same resource cannot be specified multiple times");
  requireNoOverlap(names, `${path}.resources`);
  return {
    resources: names,
    providers: listAt(providers, `${path}.providers`).map((each, index) =>
      providerAt(each, `${path}.providers[${index}]`),
    ),
  };
}

function resourceName(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") throw invalid(path, "must be the name of a resource");
  if (value !== value.toLowerCase()) throw invalid(path, "resource name should not contain capital letters");
  if (value === "*")
    throw invalid(path, "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources");
  return value;
}

/** In one list, what a wildcard covers would never be looked at by itself. */
function requireNoOverlap(names: readonly string[], path: string): void {
  for (const name of names)
    for (const wildcard of names)
      if (name !== wildcard && wildcard.startsWith("*.") && (wildcard === "*.*" || groupOf(name) === groupOf(wildcard)))
        throw invalid(
          path,
          `using overlapping resources such as '${name}' and '${wildcard}' in the same resource list is not allowed as they will be masked`,
        );
}

/** `apps` of `deployments.apps` and `*.apps`; "" of `secrets` and `*.`. */
function groupOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}

function providerAt(value: unknown, path: string): ProviderConfiguration {
  const provider = objectAt(value, path);
  const [type, ...more] = Object.keys(provider);
  if (more.length > 0)
    throw invalid(
      path,
      "more than one provider specified in a single element, should split into different list elements",
    );
  if (type === "identity") return { type };
  if (type === "kms")
    throw new EncryptionError("UNSUPPORTED_PROVIDER", `${path}: the provider kms is not supported`, {
      remedy: "use aesgcm, aescbc or secretbox",
    });
  if (type !== "aesgcm" && type !== "aescbc" && type !== "secretbox")
    throw invalid(
      path,
      "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity",
    );
  const keysPath = `${path}.${type}.keys`;
  const keys = listAt(objectAt(provider[type], `${path}.${type}`).keys, keysPath).map((key, index) =>
    keyAt(key, `${keysPath}[${index}]`, KEY_SIZES[type]),
  );
  return { type, keys };
}

function keyAt(value: unknown, path: string, sizes: readonly number[]): ProviderKey {
  const { name, secret } = objectAt(value, path);
  if (typeof name !== "string" || name === "") throw invalid(`${path}.name`, "name is a mandatory field for a key");
  if (name.includes(":")) throw invalid(`${path}.name`, "must not contain ':'");
  if (typeof secret !== "string" || secret === "")
    throw invalid(`${path}.secret`, "secret is a mandatory field for a key");
  if (!BASE64.test(secret)) throw invalid(`${path}.secret`, "secrets must be base64 encoded");
  const bytes = Buffer.from(secret, "base64");
  if (!sizes.includes(bytes.length))
    throw invalid(
      `${path}.secret`,
      `secret is not of the expected length, got ${bytes.length}, expected one of [${sizes.join(" ")}]`,
    );
  return { name, secret: bytes };
}

function objectAt(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object");
  return value as Record<string, unknown>;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid(path, `at least one ${path} is required`);
  return value;
}

function invalid(path: string, message: string): EncryptionError {
  return new EncryptionError("INVALID_CONFIGURATION", `${path}: ${message}`);
}
