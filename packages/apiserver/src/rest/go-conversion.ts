import type { Mismatch } from "@pinnace/apimachinery";

/** Go's kinds of what JSON calls by other names. */
const KINDS: Readonly<Record<string, string>> = { array: "slice", object: "map" };

function kindOf(source: string): string {
  if (!source.startsWith("number")) return KINDS[source] ?? source;
  return /[.eE]/.test(source.slice("number".length)) ? "float64" : "int64";
}

/**
 * A decoder's complaint in the words of upstream's unstructured converter, which strategic merge patches go through
 * (apimachinery/pkg/runtime/converter.go).
 */
export function conversionError(message: string, mismatch: Mismatch | undefined): string {
  if (mismatch === undefined)
    return message.startsWith("illegal base64") ? `error decoding from json: ${message}` : message;
  const { decodesItself, form, kind = "", goType, source } = mismatch;
  const from = kindOf(source);
  if (form === "list" || kind === "bytes") return `cannot restore slice from ${from}`;
  if (form === "map") return `cannot restore map from ${from}`;
  if (form === "struct") return `cannot restore struct from: ${from}`;
  if (decodesItself) return `json: cannot unmarshal ${source} into Go value of type ${goType}`;
  // Go converts a whole number into a text, and a fraction into a whole number, which the converter then refuses.
  const converts = kind === "string" ? from === "int64" : kind.startsWith("int") && from === "float64";
  return converts
    ? `cannot convert ${from} to ${goType}`
    : `unrecognized type: ${kind === "double" ? "float64" : kind}`;
}
