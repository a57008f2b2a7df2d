import type { Issue } from "./source.ts";
import { KEYWORDS, PUNCTUATION, T, type Token } from "./tokens.ts";

export interface Tokens {
  /** The last one is the end of the text. */
  readonly tokens: readonly Token[];
  readonly issues: readonly Issue[];
}

const SPACE = /[\t \r\n\f]+/y;
const COMMENT = /\/\/[^\n]*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const ESCAPED_IDENTIFIER = /`[A-Za-z0-9_./ -]+`/y;
const FLOAT = /[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?/y;
const UINT = /0x[0-9a-fA-F]+[uU]|[0-9]+[uU]/y;
const INT = /0x[0-9a-fA-F]+|[0-9]+/y;
const ESCAPE = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y;

/** The length of what a pattern finds at a place, 0 for nothing. */
function lengthAt(pattern: RegExp, source: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0].length ?? 0;
}

/** Cuts a text into tokens. What is no token is reported and left out. */
export function tokenize(source: string): Tokens {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let at = 0;
  let before = "";
  while (at < source.length) {
    const blank = lengthAt(SPACE, source, at) || lengthAt(COMMENT, source, at);
    if (blank > 0) {
      before += source.slice(at, at + blank);
      at += blank;
      continue;
    }
    const token = tokenAt(source, at, before);
    if (token === undefined) {
      const bad = unrecognized(source, at);
      issues.push({ offset: at, message: `Syntax error: token recognition error at: '${bad}'` });
      at += bad.length;
    } else {
      tokens.push(token);
      before = "";
      at += token.text.length;
    }
  }
  tokens.push({ type: T.eof, text: "<EOF>", offset: source.length, blank: before });
  return { tokens, issues };
}

function tokenAt(source: string, offset: number, blank: string): Token | undefined {
  const token = (type: number, length: number): Token => ({
    type,
    text: source.slice(offset, offset + length),
    offset,
    blank,
  });
  const char = source[offset] as string;
  if (/[0-9.]/.test(char)) {
    const number = numberAt(source, offset);
    if (number !== undefined) return token(...number);
  }
  if (/[A-Za-z_"'`]/.test(char)) {
    const word = wordAt(source, offset);
    return word === undefined ? undefined : token(...word);
  }
  const two = PUNCTUATION.get(source.slice(offset, offset + 2));
  if (two !== undefined) return token(two, 2);
  const one = PUNCTUATION.get(char);
  return one === undefined ? undefined : token(one, 1);
}

/** The longest of the three kinds of numbers; a float wins where they are equal. */
function numberAt(source: string, offset: number): readonly [number, number] | undefined {
  const kinds = [
    [T.float, lengthAt(FLOAT, source, offset)],
    [T.int, lengthAt(INT, source, offset)],
    [T.uint, lengthAt(UINT, source, offset)],
  ] as const;
  const best = kinds.reduce((a, b) => (b[1] > a[1] ? b : a));
  return best[1] > 0 ? best : undefined;
}

function wordAt(source: string, offset: number): readonly [number, number] | undefined {
  const escaped = lengthAt(ESCAPED_IDENTIFIER, source, offset);
  if (escaped > 0) return [T.escapedIdentifier, escaped];
  const identifier = lengthAt(IDENTIFIER, source, offset);
  const string = stringLength(source, offset);
  if (string > identifier) return [T.string, string];
  const bytes = /[bB]/.test(source[offset] as string) ? stringLength(source, offset + 1) : 0;
  if (bytes > 0 && bytes + 1 > identifier) return [T.bytes, bytes + 1];
  if (identifier === 0) return undefined;
  return [KEYWORDS.get(source.slice(offset, offset + identifier)) ?? T.identifier, identifier];
}

/** The length of a string literal with its quotes and a prefix r or R, 0 when there is none. */
function stringLength(source: string, offset: number): number {
  const raw = /[rR]/.test(source[offset] ?? "");
  const start = raw ? offset + 1 : offset;
  const quote = source[start];
  if (quote !== '"' && quote !== "'") return 0;
  const triple = quote.repeat(3);
  const tripleEnd = source.startsWith(triple, start) ? stringEnd(source, start + 3, triple, raw) : undefined;
  const end = tripleEnd?.closed ? tripleEnd : stringEnd(source, start + 1, quote, raw);
  return end.closed ? end.at - offset : 0;
}

interface StringEnd {
  /** Just after the closing quote, or at the character that cannot be there. */
  readonly at: number;
  readonly closed: boolean;
}

function stringEnd(source: string, start: number, quote: string, raw: boolean): StringEnd {
  let at = start;
  while (at < source.length) {
    if (source.startsWith(quote, at)) return { at: at + quote.length, closed: true };
    const char = source[at] as string;
    if (quote.length === 1 && (char === "\n" || char === "\r")) return { at, closed: false };
    if (char === "\\" && !raw) {
      const length = lengthAt(ESCAPE, source, at);
      if (length === 0) return { at: at + badEscapeAt(source, at), closed: false };
      at += length;
    } else at++;
  }
  return { at, closed: false };
}

/** How far an escape sequence is right before it goes wrong. */
function badEscapeAt(source: string, at: number): number {
  const longest = /\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?/y;
  return lengthAt(longest, source, at);
}

/** What upstream's lexer skips when it finds no token: everything up to the first character that fits nowhere. */
function unrecognized(source: string, offset: number): string {
  const char = source[offset] as string;
  let end = offset;
  if (char === '"' || char === "'") end = stringEnd(source, offset + 1, char, false).at;
  else if (char === "`") end = offset + lengthAt(/`[A-Za-z0-9_./ -]*/y, source, offset);
  else if (/[&|=]/.test(char)) end = offset + 1;
  const last = source.codePointAt(end);
  return source.slice(offset, end + (last === undefined ? 0 : last > 0xffff ? 2 : 1));
}
