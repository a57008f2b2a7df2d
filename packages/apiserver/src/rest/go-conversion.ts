/** How Go's `%+v` prints a JSON value: `map[spec:map[replicas:two]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${goText(member)}`).join(" ")}]`;
}

const DECODING = /^json: cannot unmarshal (\w+) into Go .* of type (\S+)$/;
/** Go's kinds of what JSON calls by other names. */
const KINDS: Readonly<Record<string, string>> = { number: "int64", array: "slice", object: "map" };

/**
 * A decoder's complaint about a type in the words of upstream's unstructured converter, which strategic merge patches go
 * through (apimachinery/pkg/runtime/converter.go).
 */
export function conversionError(message: string): string {
  const match = DECODING.exec(message);
  if (match === null) return message;
  const [, source = "", target = ""] = match;
  const from = KINDS[source] ?? source;
  if (target.startsWith("[]")) return `cannot restore slice from ${from}`;
  if (target.startsWith("map[")) return `cannot restore map from ${from}`;
  if (target.includes(".")) return `cannot restore struct from: ${from}`;
  return `unrecognized type: ${target}`;
}
