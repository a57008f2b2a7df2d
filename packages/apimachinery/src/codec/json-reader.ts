import { quoteGo } from "../go-quote.ts";
import { type MutableObject, setMember } from "../member.ts";
import { decodeError, MAX_DEPTH } from "./decode-error.ts";

/** Numbers whose text is not what JavaScript would print: by the object or list that holds them, then by member. */
export type NumberLiterals = ReadonlyMap<object, ReadonlyMap<string, string>>;

/** A JSON text, read with care: slower than `JSON.parse`, but with duplicates, literals and Go's error texts. */
interface CarefulRead {
  readonly value: unknown;
  /** Paths of members that occur again, such as `data.k` or `items[0].name`. */
  readonly duplicates: readonly string[];
  readonly literals: NumberLiterals;
  /** Where members stand in the text, by path: the first of several, and each duplicate by its own. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly duplicateOffsets: readonly number[];
}

/** Reads a JSON text. Throws CodedError `MALFORMED` with the message of Go's `encoding/json`, or `TOO_DEEP`. */
export function readJson(text: string): CarefulRead {
  return new JsonReader(text).read();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class JsonReader {
  readonly #text: string;
  #at = 0;
  readonly #path: (string | number)[] = [];
  readonly #duplicates: string[] = [];
  readonly #duplicateOffsets: number[] = [];
  readonly #offsets = new Map<string, number>();
  readonly #literals = new Map<object, Map<string, string>>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): CarefulRead {
    this.#space();
    const value = this.#value(undefined, "");
    this.#space();
    if (this.#at < this.#text.length) throw this.#invalid("after top-level value");
    return {
      value,
      duplicates: this.#duplicates,
      literals: this.#literals,
      offsets: this.#offsets,
      duplicateOffsets: this.#duplicateOffsets,
    };
  }

  #value(holder: object | undefined, member: string): unknown {
    const char = this.#text[this.#at];
    switch (char) {
      case "{":
        return this.#object();
      case "[":
        return this.#list();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number(holder, member);
    }
  }

  #object(): MutableObject {
    const object: MutableObject = {};
    this.#enter();
    this.#space();
    if (this.#skip("}")) return object;
    for (;;) {
      if (this.#text[this.#at] !== '"') throw this.#invalid("looking for beginning of object key string");
      const key = this.#string();
      this.#path.push(key);
      this.#see(Object.hasOwn(object, key));
      this.#space();
      if (!this.#skip(":")) throw this.#invalid("after object key");
      this.#space();
      setMember(object, key, this.#value(object, key));
      this.#path.pop();
      this.#space();
      if (this.#skip("}")) return object;
      if (!this.#skip(",")) throw this.#invalid("after object key:value pair");
      this.#space();
    }
  }

  #see(again: boolean): void {
    const path = pathText(this.#path);
    if (!again) {
      this.#offsets.set(path, this.#at);
      return;
    }
    this.#duplicates.push(path);
    this.#duplicateOffsets.push(this.#at);
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#enter();
    this.#space();
    if (this.#skip("]")) return list;
    for (;;) {
      this.#path.push(list.length);
      list.push(this.#value(list, String(list.length)));
      this.#path.pop();
      this.#space();
      if (this.#skip("]")) return list;
      if (!this.#skip(",")) throw this.#invalid("after array element");
      this.#space();
    }
  }

  #enter(): void {
    this.#at++;
    if (this.#path.length >= MAX_DEPTH) throw decodeError("TOO_DEEP", "exceeded max depth");
  }

  #string(): string {
    let out = "";
    this.#at++;
    for (;;) {
      const start = this.#at;
      while (isPlain(this.#text.charCodeAt(this.#at))) this.#at++;
      out += this.#text.slice(start, this.#at);
      if (this.#skip('"')) return out;
      if (this.#text[this.#at] !== "\\") throw this.#invalid("in string literal");
      this.#at++;
      out += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[this.#at] ?? "";
    const plain = ESCAPES[char];
    if (char !== "" && plain !== undefined) {
      this.#at++;
      return plain;
    }
    if (char !== "u") throw this.#invalid("in string escape code");
    this.#at++;
    const start = this.#at;
    while (this.#at < start + 4) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? "")) throw this.#invalid("in \\u hexadecimal character escape");
      this.#at++;
    }
    return String.fromCharCode(Number.parseInt(this.#text.slice(start, this.#at), 16));
  }

  #word<T>(word: string, value: T): T {
    for (let index = 1; index < word.length; index++) {
      if (this.#text[this.#at + index] !== word[index]) {
        this.#at += index;
        throw this.#invalid(`in literal ${word} (expecting '${word[index]}')`);
      }
    }
    this.#at += word.length;
    return value;
  }

  #number(holder: object | undefined, member: string): number {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) {
      if (this.#text[this.#at] !== "-") throw this.#invalid("looking for beginning of value");
      this.#at++;
      throw this.#invalid("in numeric literal");
    }
    const literal = match[0];
    this.#at += literal.length;
    this.#unfinishedNumber();
    const value = Number(literal);
    if (holder !== undefined && String(value) !== literal) this.#remember(holder, member, literal);
    return value;
  }

  #unfinishedNumber(): void {
    const next = this.#text[this.#at];
    if (next === ".") {
      this.#at++;
      throw this.#invalid("after decimal point in numeric literal");
    }
    if (next === "e" || next === "E") {
      this.#at++;
      if ("+-".includes(this.#text[this.#at] ?? "x")) this.#at++;
      throw this.#invalid("in exponent of numeric literal");
    }
  }

  #remember(holder: object, member: string, literal: string): void {
    const members = this.#literals.get(holder) ?? new Map<string, string>();
    members.set(member, literal);
    this.#literals.set(holder, members);
  }

  #space(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #skip(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #invalid(where: string): Error {
    if (this.#at >= this.#text.length) return decodeError("MALFORMED", "unexpected end of JSON input");
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at) as number);
    return decodeError("MALFORMED", `invalid character ${quoteChar(char)} ${where}`);
  }
}

/** A character that may stand in a string as it is; false at the end of the text. */
function isPlain(code: number): boolean {
  return code >= 32 && code !== 34 && code !== 92;
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${quoteGo(char).slice(1, -1)}'`;
}

/** `spec.containers[0].name`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}
