/** Keywords after which a slash starts a regular expression. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[\]+\-*%<>~^])\s*$|\b(?:return|typeof|case|in|of|throw|await|yield)\s*$/;

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/**
 * The source with comments, regular expressions and the contents of strings replaced by spaces, so that what is left is
 * code: lines and columns stay as they were. Expressions inside templates are kept.
 */
export function blankNonCode(source: string): string {
  return codeUntil(source, 0, "").code;
}

interface Scanned {
  readonly code: string;
  /** Where scanning went on to. */
  readonly end: number;
}

/** Scans code up to the brace that closes a template's expression, or (`close` empty) to the end. */
function codeUntil(source: string, start: number, close: "" | "}"): Scanned {
  let code = "";
  let at = start;
  let depth = 0;
  while (at < source.length) {
    const char = source[at]!;
    if (char === close && depth === 0) break;
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    const { code: next, end } = token(source, at, code);
    code += next;
    at = end;
  }
  return { code, end: at };
}

function token(source: string, at: number, before: string): Scanned {
  const char = source[at]!;
  if (char === "`") return template(source, at);
  const pattern = char === "/" ? slash(source, at, before) : STRINGS[char];
  if (pattern === undefined) return { code: char, end: at + 1 };
  pattern.lastIndex = at;
  const [text = char] = pattern.exec(source) ?? [];
  const delimited = STRINGS[char] === undefined ? blank(text) : `${char}${blank(text.slice(2))}${char}`;
  return { code: delimited, end: at + text.length };
}

const STRINGS: Readonly<Record<string, RegExp>> = {
  '"': /"(?:[^"\\\n]|\\[\s\S])*"/y,
  "'": /'(?:[^'\\\n]|\\[\s\S])*'/y,
};
const LINE_COMMENT = /\/\/[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

function slash(source: string, at: number, before: string): RegExp | undefined {
  if (source[at + 1] === "/") return LINE_COMMENT;
  if (source[at + 1] === "*") return BLOCK_COMMENT;
  return BEFORE_REGEX.test(before.slice(-40)) ? REGEX : undefined;
}

function template(source: string, start: number): Scanned {
  let code = "`";
  let at = start + 1;
  while (at < source.length && source[at] !== "`") {
    if (source.startsWith("${", at)) {
      const inner = codeUntil(source, at + 2, "}");
      code += `\${${inner.code}}`;
      at = inner.end + 1;
      continue;
    }
    const length = source[at] === "\\" ? 2 : 1;
    code += blank(source.slice(at, at + length));
    at += length;
  }
  return { code: `${code}\``, end: at + 1 };
}
