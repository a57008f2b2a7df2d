import { declare, type FunctionDeclaration, type Implementation, member, overload } from "../check/declarations.ts";
import { DYN, INT, listType, STRING } from "../types/cel-type.ts";
import { ItemList } from "../values/collections.ts";
import { shown } from "../values/convert.ts";
import { CelError, type CelValue, type ListValue } from "../values/value.ts";
import { format } from "./format-text.ts";

const outOfRange = (index: bigint): CelError => new CelError(`index out of range: ${index}`);

/** Characters are code points. */
const charsOf = (text: CelValue | undefined): readonly string[] => [...(text as string)];

function charAt(text: CelValue, index: CelValue): CelValue {
  const chars = charsOf(text);
  const at = index as bigint;
  return at < 0n || at > BigInt(chars.length) ? outOfRange(at) : (chars[Number(at)] ?? "");
}

function matchesAt(chars: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((char, index) => chars[at + index] === char);
}

function indexOf(text: CelValue, part: CelValue, offset: bigint): CelValue {
  if (part === "") return offset;
  if (offset < 0n) return outOfRange(offset);
  const [chars, wanted] = [charsOf(text), charsOf(part)];
  for (let at = Number(offset); at <= chars.length - wanted.length; at++) {
    if (matchesAt(chars, wanted, at)) return BigInt(at);
  }
  return -1n;
}

function lastIndexOf(text: CelValue, part: CelValue, offset: bigint | undefined): CelValue {
  const [chars, wanted] = [charsOf(text), charsOf(part)];
  if (part === "") return offset ?? BigInt(chars.length);
  if (offset === undefined && chars.length < wanted.length) return -1n;
  const from = offset ?? BigInt(chars.length - 1);
  if (from < 0n) return outOfRange(from);
  if (from >= BigInt(chars.length)) return -1n;
  for (let at = Math.min(Number(from), chars.length - wanted.length); at >= 0; at--) {
    if (matchesAt(chars, wanted, at)) return BigInt(at);
  }
  return -1n;
}

function substring(text: CelValue, start: bigint, end: bigint | undefined): CelValue {
  const chars = charsOf(text);
  if (end !== undefined && start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  for (const index of [start, end ?? 0n]) if (index < 0n || index > BigInt(chars.length)) return outOfRange(index);
  return chars.slice(Number(start), end === undefined ? undefined : Number(end)).join("");
}

/** Go's `strings.Replace`: an empty text is found around every character. */
function replace(text: CelValue, old: CelValue, by: CelValue, limit: bigint): CelValue {
  const [whole, part] = [text as string, old as string];
  let left = limit < 0n ? Number.POSITIVE_INFINITY : Number(limit);
  const pieces = part === "" ? ["", ...charsOf(whole), ""] : whole.split(part);
  let result = pieces[0] as string;
  for (const piece of pieces.slice(1)) result += (left-- > 0 ? (by as string) : part) + piece;
  if (part === "" && whole === "") return limit === 0n ? "" : (by as string);
  return result;
}

/** Go's `strings.SplitN`. */
function split(text: CelValue, separator: CelValue, limit: bigint): CelValue {
  if (limit === 0n) return new ItemList([]);
  const parts = separator === "" ? charsOf(text) : (text as string).split(separator as string);
  const count = Number(limit);
  if (limit < 0n || parts.length <= count) return new ItemList(parts);
  return new ItemList([...parts.slice(0, count - 1), parts.slice(count - 1).join(separator as string)]);
}

function join(list: CelValue, separator: string): CelValue {
  let text = "";
  for (let at = 0; at < (list as ListValue).size; at++) {
    const item = (list as ListValue).at(at);
    if (typeof item !== "string") return new CelError(`join: invalid input: ${shown(item)}`);
    text += at === 0 ? item : separator + item;
  }
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

function quote(text: CelValue): CelValue {
  const escaped = [...(text as string).toWellFormed()].map((char) => ESCAPES[char] ?? char);
  return `"${escaped.join("")}"`;
}

const ascii =
  (pattern: RegExp, change: (char: string) => string): Implementation =>
  (text) =>
    (text as string).replace(pattern, change);

/** What Go's `unicode.IsSpace` calls blank. */
const BLANKS =
  /^[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

const TEXTS = listType(STRING);

/** The strings extension, in the version that Kubernetes has switched on. */
export const STRINGS: readonly FunctionDeclaration[] = [
  declare("charAt", [
    member("string_char_at_int", [STRING, INT], STRING, (text, index) => charAt(text as CelValue, index as CelValue)),
  ]),
  declare("indexOf", [
    member("string_index_of_string", [STRING, STRING], INT, (text, part) =>
      indexOf(text as CelValue, part as CelValue, 0n),
    ),
    member("string_index_of_string_int", [STRING, STRING, INT], INT, (text, part, offset) =>
      indexOf(text as CelValue, part as CelValue, offset as bigint),
    ),
  ]),
  declare("lastIndexOf", [
    member("string_last_index_of_string", [STRING, STRING], INT, (text, part) =>
      lastIndexOf(text as CelValue, part as CelValue, undefined),
    ),
    member("string_last_index_of_string_int", [STRING, STRING, INT], INT, (text, part, offset) =>
      lastIndexOf(text as CelValue, part as CelValue, offset as bigint),
    ),
  ]),
  declare("lowerAscii", [
    member(
      "string_lower_ascii",
      [STRING],
      STRING,
      ascii(/[A-Z]+/g, (char) => char.toLowerCase()),
    ),
  ]),
  declare("replace", [
    member("string_replace_string_string", [STRING, STRING, STRING], STRING, (text, old, by) =>
      replace(text as CelValue, old as CelValue, by as CelValue, -1n),
    ),
    member("string_replace_string_string_int", [STRING, STRING, STRING, INT], STRING, (text, old, by, limit) =>
      replace(text as CelValue, old as CelValue, by as CelValue, limit as bigint),
    ),
  ]),
  declare("split", [
    member("string_split_string", [STRING, STRING], TEXTS, (text, separator) =>
      split(text as CelValue, separator as CelValue, -1n),
    ),
    member("string_split_string_int", [STRING, STRING, INT], TEXTS, (text, separator, limit) =>
      split(text as CelValue, separator as CelValue, limit as bigint),
    ),
  ]),
  declare("substring", [
    member("string_substring_int", [STRING, INT], STRING, (text, start) =>
      substring(text as CelValue, start as bigint, undefined),
    ),
    member("string_substring_int_int", [STRING, INT, INT], STRING, (text, start, end) =>
      substring(text as CelValue, start as bigint, end as bigint),
    ),
  ]),
  declare("trim", [member("string_trim", [STRING], STRING, (text) => (text as string).replace(BLANKS, ""))]),
  declare("upperAscii", [
    member(
      "string_upper_ascii",
      [STRING],
      STRING,
      ascii(/[a-z]+/g, (char) => char.toUpperCase()),
    ),
  ]),
  declare("format", [
    member("string_format", [STRING, listType(DYN)], STRING, (text, args) => format(text as string, args as ListValue)),
  ]),
  declare("strings.quote", [overload("strings_quote", [STRING], STRING, (text) => quote(text as CelValue))]),
  declare("join", [
    member("list_join", [TEXTS], STRING, (list) => join(list as CelValue, "")),
    member("list_join_string", [TEXTS, STRING], STRING, (list, separator) =>
      join(list as CelValue, separator as string),
    ),
  ]),
];
