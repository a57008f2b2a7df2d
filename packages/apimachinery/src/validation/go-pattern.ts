import { messageOf } from "@pinnace/errors";

/** POSIX classes, which Go has within brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const compiled = new Map<string, RegExp | string>();

/**
 * A regular expression in Go's syntax (RE2), as schemas have them; a text says why it is none, in Go's words where the
 * reason is a common one.
 */
export function compileGoPattern(pattern: string): RegExp | string {
  let result = compiled.get(pattern);
  if (result === undefined) {
    result = compile(pattern);
    compiled.set(pattern, result);
  }
  return result;
}

function compile(pattern: string): RegExp | string {
  const [, flags = "", body = ""] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const source = translate(body);
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Escapes of characters that need none, such as `\-`, are valid in Go and only without the `u` flag here.
    try {
      return new RegExp(source, flags);
    } catch (error) {
      return `error parsing regexp: ${reason(pattern, messageOf(error))}`;
    }
  }
}

function translate(body: string): string {
  return body
    .replace(/\[:(\^?)([a-z]+):\]/g, (text, negated: string, name: string) =>
      negated === "" && CLASSES[name] !== undefined ? CLASSES[name] : text,
    )
    .replace(/\(\?P</g, "(?<")
    .replace(/\\A/g, "^")
    .replace(/\\z/g, "$")
    .replace(/\\p([A-Z])/g, "\\p{$1}");
}

function reason(pattern: string, message: string): string {
  if (/Unterminated character class/.test(message)) return `missing closing ]: \`${pattern.slice(lastOpen(pattern))}\``;
  if (/Unterminated group/.test(message)) return `missing closing ): \`${pattern}\``;
  if (/Unmatched '\)'/.test(message)) return `unexpected ): \`${pattern}\``;
  const operator = /^[*+?]|\((?=([*+?]))/.exec(pattern);
  if (/Nothing to repeat/.test(message) && operator !== null)
    return `missing argument to repetition operator: \`${operator[1] ?? operator[0]}\``;
  return message.replace(/^Invalid regular expression: /, "");
}

/** Where the bracket that is never closed stands. */
function lastOpen(pattern: string): number {
  let open = -1;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "[" && open < 0) open = at;
    else if (pattern[at] === "]" && open >= 0) open = -1;
  }
  return Math.max(open, 0);
}
