import { parsePath } from "./parse-path.ts";
import { jsonPathError, type Node } from "./syntax.ts";

const QUOTED_ACTION = /^"((?:[^"\\]|\\.)*)"$|^'((?:[^'\\]|\\.)*)'$/s;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Reads a template: text, `{path}`, `{"literal"}`, `{range path}...{end}`. */
export function parseTemplate(template: string): readonly Node[] {
  const stack: { steps: Node | undefined; nodes: Node[] }[] = [{ steps: undefined, nodes: [] }];
  for (const part of splitTemplate(template)) {
    const open = stack[stack.length - 1] as { nodes: Node[] };
    if (part.action === undefined) open.nodes.push({ type: "text", text: part.text });
    else if (/^range\s/.test(part.action)) {
      const path: Node = { type: "path", steps: parsePath(part.action.slice(5)) };
      stack.push({ steps: path, nodes: [] });
    } else if (part.action === "end") closeRange(stack);
    else open.nodes.push(...actionNodes(part.action));
  }
  if (stack.length > 1) throw jsonPathError("JSON_PATH_SYNTAX", "unexpected end of range");
  return (stack[0] as { nodes: Node[] }).nodes;
}

function closeRange(stack: { steps: Node | undefined; nodes: Node[] }[]): void {
  const closed = stack.pop();
  if (closed?.steps?.type !== "path") throw jsonPathError("JSON_PATH_SYNTAX", "not in range, nothing to end");
  const outer = stack[stack.length - 1] as { nodes: Node[] };
  outer.nodes.push({ type: "range", steps: closed.steps.steps, body: closed.nodes });
}

function actionNodes(action: string): readonly Node[] {
  if (action === "") return [];
  const quoted = QUOTED_ACTION.exec(action);
  if (quoted === null) return [{ type: "path", steps: parsePath(action) }];
  const text = (quoted[1] ?? quoted[2] ?? "").replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
  return [{ type: "text", text }];
}

interface Part {
  readonly text: string;
  readonly action?: string;
}

function splitTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf("{", at);
    if (open < 0) {
      parts.push({ text: template.slice(at) });
      break;
    }
    if (open > at) parts.push({ text: template.slice(at, open) });
    const close = closingBrace(template, open);
    parts.push({ text: "", action: template.slice(open + 1, close).trim() });
    at = close + 1;
  }
  return parts;
}

/** The `}` of the action at `open`, past quotes. */
function closingBrace(template: string, open: number): number {
  let quote = "";
  for (let at = open + 1; at < template.length; at++) {
    const char = template[at] as string;
    if (char === "\\") at++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "}") return at;
  }
  throw jsonPathError("JSON_PATH_SYNTAX", "unclosed action");
}
