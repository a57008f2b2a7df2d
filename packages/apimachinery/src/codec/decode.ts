import type { CodedError } from "@pinnace/errors";
import { type DecodeErrorCode, decodeError, MAX_DEPTH } from "./decode-error.ts";
import { type NumberLiterals, readJson } from "./json-reader.ts";
import { countMembers, scanJson } from "./json-scan.ts";
import { readYaml } from "./yaml-reader.ts";

/** A decoded body. `value` is private to the caller and may be changed. */
export interface Decoded {
  readonly value: unknown;
  /**
   * What strict decoding complains about so far: `duplicate field "data.k"` in JSON,
   * `yaml: unmarshal errors:\n  line 5: key "k" already set in map` in YAML. The last of several wins.
   */
  readonly duplicates: readonly string[];
  /** Where a complaint (a duplicate, or an unknown field) stands in the JSON text; absent when there is no duplicate. */
  readonly offsets?: ReadonlyMap<string, number>;
  /** Texts of numbers such as `1.0`, for error messages. */
  readonly literals?: NumberLiterals;
}

/** Lets the compiler see which errors a decoder throws. */
export type DecodeError = CodedError<DecodeErrorCode>;

function textOf(input: Uint8Array | string): string {
  return typeof input === "string" ? input : new TextDecoder().decode(input);
}

/**
 * Decodes JSON. Throws a {@link DecodeError} whose message is Go's, such as `unexpected end of JSON input`. Integers beyond 2^53
 * lose precision.
 */
export function decodeJson(input: Uint8Array | string): Decoded {
  const text = textOf(input);
  const value = parseQuickly(text);
  if (value === undefined) return carefully(text);
  const scan = scanJson(text);
  if (scan.depth > MAX_DEPTH) throw decodeError("TOO_DEEP", "exceeded max depth");
  if (scan.unusualNumbers || scan.members !== countMembers(value)) return carefully(text);
  return { value, duplicates: [] };
}

/** undefined for a text that is no JSON: the careful reader says why. */
function parseQuickly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function carefully(text: string): Decoded {
  const { value, duplicates: paths, literals, offsets: members, duplicateOffsets } = readJson(text);
  const duplicates = paths.map((path) => `duplicate field "${path}"`);
  if (duplicates.length === 0) return { value, duplicates, literals };
  const offsets = new Map([...members].map(([path, offset]) => [`unknown field "${path}"`, offset]));
  for (const [index, complaint] of duplicates.entries()) offsets.set(complaint, duplicateOffsets[index] ?? 0);
  return { value, duplicates, literals, offsets };
}

/**
 * Decodes the first document of a YAML text as sigs.k8s.io/yaml does: YAML 1.1 scalars (`yes` is true, `017` is 15), merge keys,
 * aliases, keys made texts. JSON is YAML, and read by the JSON parser. Throws a {@link DecodeError} (`yaml: line 2: ...`).
 */
export function decodeYaml(input: Uint8Array | string): Decoded {
  const text = textOf(input);
  if (/^\s*\{/.test(text)) {
    const value = parseQuickly(text);
    const scan = value === undefined ? undefined : scanJson(text);
    if (scan && scan.depth <= MAX_DEPTH && scan.members === countMembers(value)) return { value, duplicates: [] };
  }
  return readYaml(text);
}

const ENCODER = new TextEncoder();

/** The bytes of a value as compact JSON. Members that are undefined are left out. */
export function encodeJson(value: unknown): Uint8Array {
  return ENCODER.encode(JSON.stringify(value));
}
