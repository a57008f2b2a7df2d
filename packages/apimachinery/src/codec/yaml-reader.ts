import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  Scalar,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { type MutableObject, setMember } from "../member.ts";
import type { Decoded } from "./decode.ts";
import { decodeError, MAX_DEPTH } from "./decode-error.ts";
import { resolvePlain, type YamlScalar } from "./yaml-scalar.ts";

/** Values that aliases may multiply a document to, per value written out, once there are more than this many. */
const ALIAS_FREE = 10_000;
const ALIAS_RATIO = 100;

/** Reads the first document of a YAML text; see {@link decodeYaml}. */
export function readYaml(text: string): Decoded {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: false,
    lineCounter: lines,
    strict: true,
  });
  const document = documents[0] as Document.Parsed | undefined;
  if (document === undefined) return { value: null, duplicates: [] };
  const error = document.errors[0];
  if (error !== undefined) throw decodeError("MALFORMED", `yaml: line ${lineOf(error, lines)}: ${goText(error, text)}`);
  return new YamlReader(document, lines).read();
}

function lineOf(error: YAMLError, lines: LineCounter): number {
  return Math.max(1, lines.linePos(error.pos[0]).line);
}

/** libyaml's words for what the parser found; its own where it has none. */
function goText(error: YAMLError, text: string): string {
  const message = error.message.split("\n")[0] as string;
  if (message.startsWith("Flow ")) return flowText(message, text.slice(0, error.pos[0]).trimEnd());
  if (message.startsWith("Missing closing")) return "found unexpected end of stream";
  switch (error.code) {
    case "TAB_AS_INDENT":
    case "BAD_SCALAR_START":
      return "found character that cannot start any token";
    case "BLOCK_AS_IMPLICIT_KEY":
    case "BLOCK_IN_FLOW":
      return "mapping values are not allowed in this context";
    case "MISSING_CHAR":
    case "MULTILINE_IMPLICIT_KEY":
      return "could not find expected ':'";
    case "BAD_INDENT":
    case "UNEXPECTED_TOKEN":
      return "did not find expected key";
    default:
      return message;
  }
}

/** A flow collection without its end: what libyaml misses depends on whether a value is due. */
function flowText(message: string, before: string): string {
  if (/[[{,:]$/.test(before)) return "did not find expected node content";
  return `did not find expected ',' or '${message.startsWith("Flow map") ? "}" : "]"}'`;
}

class YamlReader {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #duplicates: string[] = [];
  /** Aliases being read, to see a cycle. */
  readonly #open = new Set<string>();
  #values = 0;
  #aliased = 0;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  read(): Decoded {
    const value = this.#node(this.#document.contents as Node | null, 0);
    if (this.#duplicates.length === 0) return { value, duplicates: [] };
    return { value, duplicates: [`yaml: unmarshal errors:\n  ${this.#duplicates.join("\n  ")}`] };
  }

  #node(node: Node | null | undefined, depth: number): unknown {
    if (depth > MAX_DEPTH) throw decodeError("TOO_DEEP", "yaml: exceeded max depth");
    this.#count();
    if (node === null || node === undefined) return null;
    if (isScalar(node)) return scalarValue(node);
    if (isAlias(node)) return this.#alias(node, depth);
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) return node.items.map((item) => this.#node(item as Node, depth + 1));
    return null;
  }

  #count(): void {
    this.#values++;
    if (this.#open.size > 0) this.#aliased++;
    if (this.#aliased > ALIAS_FREE && this.#aliased > ALIAS_RATIO * (this.#values - this.#aliased)) {
      throw decodeError("TOO_MANY_ALIASES", "yaml: document contains excessive aliasing");
    }
  }

  #alias(alias: Alias, depth: number): unknown {
    const target = alias.resolve(this.#document);
    if (target === undefined) throw decodeError("MALFORMED", `yaml: unknown anchor '${alias.source}' referenced`);
    if (this.#open.has(alias.source)) {
      throw decodeError("MALFORMED", `yaml: anchor '${alias.source}' value contains itself`);
    }
    this.#open.add(alias.source);
    const value = this.#node(target as Node, depth + 1);
    this.#open.delete(alias.source);
    return value;
  }

  #map(map: YAMLMap, depth: number): MutableObject {
    const object: MutableObject = {};
    const written = new Set<string>();
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const key = pair.key as Node | null;
      if (isMergeKey(key)) {
        this.#merge(object, written, pair.value as Node | null, depth);
        continue;
      }
      const name = this.#key(key, depth);
      if (written.has(name)) this.#duplicates.push(`line ${this.#line(key)}: key "${name}" already set in map`);
      written.add(name);
      setMember(object, name, this.#node(pair.value as Node | null, depth + 1));
    }
    return object;
  }

  /** `<<: *base`: members of a map, or of several, that are not set in this one. */
  #merge(object: MutableObject, written: ReadonlySet<string>, source: Node | null, depth: number): void {
    const merged = this.#node(source, depth + 1);
    const maps = Array.isArray(merged) ? merged.toReversed() : [merged];
    for (const map of maps) {
      if (typeof map !== "object" || map === null || Array.isArray(map)) {
        throw decodeError("MALFORMED", "yaml: map merge requires map or sequence of maps as the value");
      }
      for (const [name, value] of Object.entries(map)) {
        if (!written.has(name)) setMember(object, name, value);
      }
    }
  }

  /** Keys become texts as in JSON: `1`, `true`; anything else but a scalar is refused. */
  #key(node: Node | null, depth: number): string {
    const key = this.#node(node, depth + 1);
    if (typeof key === "object") {
      const type = key === null ? "nil" : Array.isArray(key) ? "slice" : "map";
      throw decodeError("MALFORMED", `unsupported map key of type: ${type}`);
    }
    return String(key);
  }

  #line(node: Node | null): number {
    return this.#lines.linePos(node?.range?.[0] ?? 0).line;
  }
}

function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.source === "<<";
}

function scalarValue(scalar: Scalar): YamlScalar {
  const text = String(scalar.value ?? "");
  if (scalar.tag === "!!binary" || scalar.tag === "tag:yaml.org,2002:binary") return decodeBinary(text);
  if (scalar.tag?.endsWith("str")) return text;
  const plain = scalar.type === Scalar.PLAIN || scalar.type === undefined || scalar.tag !== undefined;
  return plain ? resolvePlain(scalar.source ?? text) : text;
}

/** `!!binary`: base64 of a text. */
function decodeBinary(text: string): string {
  const bytes = Uint8Array.from(atob(text.replace(/\s/g, "")), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
