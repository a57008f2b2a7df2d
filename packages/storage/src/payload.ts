import type { ConfigMap, KeyToPath, Secret } from "@pinnace/api";
import { VolumeError } from "./volume-error.ts";

/** A file of a volume. `path` is relative, with `/`; `mode` are the permission bits. */
export interface PayloadFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

/** The part that `configMap`, `secret` and their projected forms have in common. */
export interface KeyedSource {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  /** Permission bits, default 0o644. */
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

const encoder = new TextEncoder();

/**
 * The files of a configMap volume. An undefined object yields no files when the source is optional and throws
 * {@link VolumeError} otherwise.
 */
export function renderConfigMap(
  source: KeyedSource,
  configMap: Pick<ConfigMap, "data" | "binaryData"> | undefined,
): readonly PayloadFile[] {
  if (configMap === undefined) return missing(source, "configmap");
  const data = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(configMap.data ?? {})) data.set(key, encoder.encode(value));
  for (const [key, value] of Object.entries(configMap.binaryData ?? {})) data.set(key, decodeBase64(value));
  return select(source, data, "references non-existent config key");
}

/** The files of a secret volume; like {@link renderConfigMap}. */
export function renderSecret(source: KeyedSource, secret: Pick<Secret, "data"> | undefined): readonly PayloadFile[] {
  if (secret === undefined) return missing(source, "secret");
  const data = new Map(Object.entries(secret.data ?? {}).map(([key, value]) => [key, decodeBase64(value)]));
  return select(source, data, "references non-existent secret key");
}

/** Standard base64 as the API carries it. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function missing(source: KeyedSource, kind: "configmap" | "secret"): readonly PayloadFile[] {
  if (source.optional === true) return [];
  throw new VolumeError("VOLUME_SOURCE_MISSING", `${kind} "${source.name ?? ""}" not found`);
}

function select(source: KeyedSource, data: ReadonlyMap<string, Uint8Array>, text: string): readonly PayloadFile[] {
  const defaultMode = source.defaultMode ?? 0o644;
  if (source.items === undefined || source.items.length === 0)
    return [...data].map(([path, content]) => ({ path, content, mode: defaultMode }));
  const files: PayloadFile[] = [];
  for (const item of source.items) {
    const content = data.get(item.key);
    if (content !== undefined) files.push({ path: item.path, content, mode: item.mode ?? defaultMode });
    else if (source.optional !== true) throw new VolumeError("VOLUME_SOURCE_MISSING", `${text}: ${item.key}`);
  }
  return files;
}
