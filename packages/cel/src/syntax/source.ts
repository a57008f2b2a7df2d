import type { CompileError } from "../contract.ts";

/** What was found wrong, before lines and carets are drawn. `offset` counts UTF-16 units; -1 is "nowhere". */
export interface Issue {
  readonly offset: number;
  readonly message: string;
}

/** Upstream reports a hundred errors and counts the others. */
const MAX_ISSUES = 100;
/** Longer lines are not drawn. */
const MAX_SNIPPET = 16_384;

/** The errors with their places, in the order of the text; where several share a place, as they were found. */
export function locate(source: string, issues: readonly Issue[]): readonly CompileError[] {
  const found = issues.slice(0, MAX_ISSUES).map(({ offset, message }) => ({ message, ...positionOf(source, offset) }));
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}

function positionOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  if (offset < 0) return { line: -1, column: -1 };
  if (source === "") return { line: 1, column: -1 };
  const before = source.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  const lines = start === 0 ? 0 : before.split("\n").length - 1;
  return { line: lines + 1, column: codePoints(before.slice(start)) };
}

/** How many code points a text has. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The errors as upstream prints them. */
export function display(source: string, errors: readonly CompileError[], total: number): string {
  const lines = source === "" ? [] : source.split("\n");
  const shown = errors.map((error) => displayOne(lines[error.line - 1], error));
  if (total > MAX_ISSUES) shown.push(`${total - MAX_ISSUES} more errors were truncated`);
  return shown.join("\n");
}

function displayOne(line: string | undefined, { message, line: number, column }: CompileError): string {
  const head = `ERROR: <input>:${number}:${column + 1}: ${message}`;
  if (line === undefined || new TextEncoder().encode(line).length > MAX_SNIPPET) return head;
  const snippet = line.replaceAll("\t", " ");
  const chars = [...snippet];
  const dots = chars.slice(0, column).map((char) => (char > "\x7f" ? "\uff0e" : "."));
  const target = chars[column];
  const caret = target !== undefined && target > "\x7f" ? "\uff3e" : "^";
  return `${head}\n | ${snippet}\n | ${dots.join("")}${caret}`;
}
