import { type FilterOperator, jsonPathError, type Operand, type Step } from "./syntax.ts";

const FIELD_END = /[.[\]{}()\s,<>=!]/;
const SLICE = /^(-?\d*)(?:(:)(-?\d*))?(?::(-?\d*))?$/;
const QUOTED = /^(['"])(.*)\1$/s;
const FILTER = /^\?\((.*)\)$/s;
const COMPARISON = /^((?:[^=!<>'"]|'[^']*'|"[^"]*")+?)\s*([=!<>]+~?)\s*(.+)$/s;
const OPERATORS: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];

/** Reads a path such as `$.items[*].metadata['name', "x"]`; `$` and `@` at its start mean where it starts. */
export function parsePath(text: string): readonly Step[] {
  const steps: Step[] = [];
  let at = /^\s*[$@]/.test(text) ? text.search(/[$@]/) + 1 : text.length - text.trimStart().length;
  while (at < text.trimEnd().length) {
    if (text.startsWith("..", at)) {
      steps.push({ type: "recursive" });
      at += 2;
      while (text[at] === ".") at++;
      if (at < text.length && text[at] !== "[") at = readField(text, at, steps);
    } else if (text[at] === ".") at = readField(text, at + 1, steps);
    else if (text[at] === "[") at = readBrackets(text, at, steps);
    else throw jsonPathError("JSON_PATH_SYNTAX", `unrecognized identifier ${text.slice(at).trim()}`);
  }
  return steps;
}

function readField(text: string, start: number, steps: Step[]): number {
  let name = "";
  let at = start;
  for (; at < text.length && !FIELD_END.test(text[at] as string); at++) {
    if (text[at] === "\\") at++;
    name += text[at] ?? "";
  }
  if (name === "*") steps.push({ type: "wildcard" });
  else if (name !== "") steps.push({ type: "field", name });
  return at;
}

function readBrackets(text: string, start: number, steps: Step[]): number {
  const end = closingBracket(text, start);
  steps.push(...bracketSteps(text.slice(start + 1, end).trim()));
  return end + 1;
}

/** The `]` that closes the bracket at `start`, past quotes and nested brackets. */
function closingBracket(text: string, start: number): number {
  let depth = 0;
  let quote = "";
  for (let at = start; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "\\") at++;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (char === "[") depth++;
    else if (char === "]" && --depth === 0) return at;
  }
  throw jsonPathError("JSON_PATH_SYNTAX", "unterminated array");
}

function bracketSteps(body: string): readonly Step[] {
  if (body === "*") return [{ type: "wildcard" }];
  const filter = FILTER.exec(body);
  if (filter !== null) return [parseFilter((filter[1] as string).trim())];
  const parts = splitUnion(body);
  if (parts.length > 1) return [{ type: "union", paths: parts.map((part) => bracketSteps(part)) }];
  const quoted = QUOTED.exec(body);
  if (quoted !== null) return parsePath(`.${quoted[2]}`);
  const slice = SLICE.exec(body);
  if (slice === null || body === "") throw jsonPathError("JSON_PATH_SYNTAX", `invalid array index ${body}`);
  return [sliceStep(slice)];
}

function sliceStep(match: RegExpExecArray): Step {
  const [, from = "", colon, to = "", step = ""] = match;
  return {
    type: "slice",
    index: colon === undefined,
    ...(from === "" ? {} : { from: Number(from) }),
    ...(to === "" ? {} : { to: Number(to) }),
    ...(step === "" ? {} : { step: Number(step) }),
  };
}

/** Splits at commas outside quotes. */
function splitUnion(body: string): string[] {
  const parts = body.match(/(?:'[^']*'|"[^"]*"|[^,'"])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function parseFilter(body: string): Step {
  const match = COMPARISON.exec(body);
  if (match === null) return { type: "filter", left: parseOperand(body), operator: "exists" };
  const [, left = "", operator = "", right = ""] = match;
  if (!OPERATORS.includes(operator)) {
    throw jsonPathError("JSON_PATH_SYNTAX", `unrecognized filter operator ${operator}`);
  }
  return {
    type: "filter",
    left: parseOperand(left.trim()),
    operator: operator as FilterOperator,
    right: parseOperand(right.trim()),
  };
}

function parseOperand(text: string): Operand {
  if (text.startsWith("@") || text.startsWith("$") || text.startsWith("."))
    return { type: "path", steps: parsePath(text) };
  const quoted = QUOTED.exec(text);
  if (quoted !== null) return { type: "literal", value: (quoted[2] as string).replace(/\\(.)/g, "$1") };
  if (text === "true" || text === "false") return { type: "literal", value: text === "true" };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { type: "literal", value: Number(text) };
  throw jsonPathError("JSON_PATH_SYNTAX", `unrecognized identifier ${text}`);
}
