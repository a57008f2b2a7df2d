import { evaluate } from "./evaluate.ts";
import { parsePath } from "./parse-path.ts";
import { parseTemplate } from "./parse-template.ts";
import { jsonPathError, type Node, type Step } from "./syntax.ts";

export type { JsonPathErrorCode } from "./syntax.ts";

/** Whether a missing key is an error (the default) or gives nothing. */
export interface JsonPathOptions {
  readonly allowMissingKeys?: boolean;
}

/** A template of the Kubernetes dialect, such as `{range .items[*]}{.metadata.name}{"\n"}{end}`. Immutable. */
export class JsonPathTemplate {
  readonly #nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /**
   * The text for this value: texts as they are, other values as JSON, several values of one action with spaces between. Throws
   * CodedError `JSON_PATH_NOT_FOUND` for a missing key or index, `JSON_PATH_TYPE` for a step that does not fit its value.
   */
  render(value: unknown, { allowMissingKeys = false }: JsonPathOptions = {}): string {
    return renderNodes(this.#nodes, value, value, allowMissingKeys);
  }
}

function renderNodes(nodes: readonly Node[], current: unknown, root: unknown, allowMissing: boolean): string {
  return nodes.map((node) => renderNode(node, current, root, allowMissing)).join("");
}

function renderNode(node: Node, current: unknown, root: unknown, allowMissing: boolean): string {
  if (node.type === "text") return node.text;
  const values = evaluate(node.steps, [current], root, allowMissing);
  if (node.type === "path") return values.map(valueText).join(" ");
  return values.map((value) => renderNodes(node.body, value, root, allowMissing)).join("");
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}

/** Reads a template. Throws CodedError `JSON_PATH_SYNTAX` with kubectl's message (`unclosed action`). */
export function parseJsonPathTemplate(template: string): JsonPathTemplate {
  return new JsonPathTemplate(parseTemplate(template));
}

/** A path without braces, as printer columns, selectable fields and scale paths carry it: `.spec.replicas`. Immutable. */
export class JsonPath {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** All values that it finds; none when a key is missing. An index out of bounds finds nothing, either. */
  values(object: unknown): readonly unknown[] {
    try {
      return evaluate(this.#steps, [object], object, true);
    } catch (error) {
      if (error instanceof Error && "code" in error) return [];
      throw error;
    }
  }

  /** The first value, or undefined. */
  value(object: unknown): unknown {
    return this.values(object)[0];
  }

  /** The names of the fields, when the path consists of nothing else; else undefined. */
  get fieldNames(): readonly string[] | undefined {
    const names = this.#steps.map((step) => (step.type === "field" ? step.name : undefined));
    return names.every((name) => name !== undefined) ? (names as string[]) : undefined;
  }
}

/** Reads a path such as `.spec.replicas` or `.status.conditions[?(@.type=="Ready")].status`. Throws `JSON_PATH_SYNTAX`. */
export function parseJsonPath(path: string): JsonPath {
  if (!/^\s*[$.@[]/.test(path)) throw jsonPathError("JSON_PATH_SYNTAX", `unrecognized identifier ${path.trim()}`);
  return new JsonPath(parsePath(path));
}
