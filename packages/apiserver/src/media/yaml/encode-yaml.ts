import { compareKeys, numberText } from "./resolve.ts";
import { isBreak, isPrintable, styleOf } from "./style.ts";

const WIDTH = 80;
const INDENT = 2;
/** Bytes up to which a key stands in front of its colon. */
const LONGEST_KEY = 128;

/**
 * YAML as upstream prints it (go-yaml, YAML 1.1): keys sorted, lists not indented, texts without quotes where that is safe,
 * double quotes where they would be read as something else, lines folded at the first space after column 80.
 */
export function encodeYaml(value: unknown): string {
  const page = createPage();
  writeNode(page, value, { indent: -INDENT, inMapping: false });
  page.end();
  return page.text();
}

interface Page {
  readonly column: () => number;
  write(text: string): void;
  breakLine(character?: string): void;
  /** A new line with this indent, unless the current one holds nothing but the indent so far. */
  toIndent(indent: number): void;
  /** A mark of the structure with a space in front; what follows `-`, `?` and `:` of a long key may stay on its line. */
  mark(text: string, opens: boolean): void;
  /** Ends the last line, if it has no end yet. */
  end(): void;
  text(): string;
}

function createPage(): Page {
  let text = "";
  let lineStart = 0;
  let opened = true;
  const column = (): number => [...text.slice(lineStart)].length;
  const page: Page = {
    column,
    write(piece) {
      text += piece;
      opened = false;
    },
    breakLine(character = "\n") {
      text += character;
      lineStart = text.length;
      opened = true;
    },
    toIndent(indent) {
      if (!opened || column() > indent) page.breakLine();
      text += " ".repeat(Math.max(indent - column(), 0));
    },
    mark(piece, opens) {
      const before = opened;
      if (text.length > lineStart && !/[ ]$/.test(text) && piece !== ":") text += " ";
      text += piece;
      opened = opens && before;
    },
    end() {
      if (text.length > lineStart) page.breakLine();
    },
    text: () => text,
  };
  return page;
}

interface Place {
  /** Columns of the collection around. */
  readonly indent: number;
  /** Lists that are values of a key are not indented. */
  readonly inMapping: boolean;
}

function writeNode(page: Page, value: unknown, place: Place): void {
  if (Array.isArray(value)) writeSequence(page, value, place);
  else if (typeof value === "object" && value !== null) writeMapping(page, Object.entries(value), place);
  else writeScalar(page, value, place.indent + INDENT);
}

function writeSequence(page: Page, items: readonly unknown[], { indent, inMapping }: Place): void {
  if (items.length === 0) writeWord(page, "[]");
  const own = inMapping ? Math.max(indent, 0) : indent + INDENT;
  for (const item of items) {
    page.toIndent(own);
    page.mark("-", true);
    writeNode(page, item, { indent: own, inMapping: false });
  }
}

function writeMapping(page: Page, entries: readonly (readonly [string, unknown])[], { indent }: Place): void {
  const present = entries.filter(([, value]) => value !== undefined);
  if (present.length === 0) writeWord(page, "{}");
  const own = indent + INDENT;
  for (const [key, value] of present.toSorted(([left], [right]) => compareKeys(left, right))) {
    page.toIndent(own);
    const simple = isSimpleKey(key);
    if (simple) {
      writeText(page, key, own + INDENT, true);
      page.mark(":", false);
    } else {
      page.mark("?", true);
      writeText(page, key, own + INDENT, false);
      page.toIndent(own);
      page.mark(":", true);
    }
    writeNode(page, value, { indent: own, inMapping: simple });
  }
}

const isSimpleKey = (key: string): boolean =>
  ![...key].some(isBreak) && new TextEncoder().encode(key).length <= LONGEST_KEY;

function writeScalar(page: Page, value: unknown, indent: number): void {
  if (typeof value === "string") writeText(page, value, indent, false);
  else writeWord(page, typeof value === "number" ? numberText(value) : String(value));
}

function writeWord(page: Page, word: string): void {
  page.mark(word, false);
}

function writeText(page: Page, text: string, indent: number, key: boolean): void {
  const style = styleOf(text, key);
  if (style === "literal") {
    writeLiteral(page, text, indent);
    return;
  }
  page.mark(style === "plain" ? "" : style === "single" ? "'" : '"', false);
  if (style === "double") writeDouble(page, [...text], indent, key);
  else writeFolded(page, [...text], { indent, key, quoted: style === "single" });
}

/** Without quotes or with single ones, in which a quote is written twice. */
function writeFolded(
  page: Page,
  characters: readonly string[],
  { indent, key, quoted }: { readonly indent: number; readonly key: boolean; readonly quoted: boolean },
): void {
  let afterSpace = false;
  let afterBreak = false;
  characters.forEach((character, index) => {
    const next = characters[index + 1];
    if (character === " ") {
      const inside = !quoted || (index > 0 && next !== undefined);
      if (!key && !afterSpace && page.column() > WIDTH && inside && next !== " ") page.toIndent(indent);
      else page.write(" ");
      afterSpace = true;
      return;
    }
    if (isBreak(character)) {
      page.breakLine(character);
      afterBreak = true;
      return;
    }
    if (afterBreak) page.toIndent(indent);
    page.write(quoted && character === "'" ? "''" : character);
    afterSpace = false;
    afterBreak = false;
  });
  if (quoted) page.write("'");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\u0085": "N",
  "\u2028": "L",
  "\u2029": "P",
};

function escaped(character: string): string {
  const short = ESCAPES[character];
  if (short !== undefined) return `\\${short}`;
  const code = character.codePointAt(0)!;
  const [letter, length] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(length), "0")}`;
}

function writeDouble(page: Page, characters: readonly string[], indent: number, key: boolean): void {
  let afterSpace = false;
  characters.forEach((character, index) => {
    if (character !== " ") {
      const plain = isPrintable(character) && !isBreak(character) && character !== '"' && character !== "\\";
      page.write(plain ? character : escaped(character));
      afterSpace = false;
      return;
    }
    const inside = index > 0 && index < characters.length - 1;
    if (!key && !afterSpace && page.column() > WIDTH && inside) {
      page.toIndent(indent);
      if (characters[index + 1] === " ") page.write("\\");
    } else page.write(" ");
    afterSpace = true;
  });
  page.write('"');
}

/** Line for line after a bar, with the indent named where the first line begins with space, and what happens to the last break. */
function writeLiteral(page: Page, text: string, indent: number): void {
  const characters = [...text];
  const leading = characters[0] === " " || isBreak(characters[0]) ? String(INDENT) : "";
  const end = !isBreak(characters.at(-1)) ? "-" : characters.length === 1 || isBreak(characters.at(-2)) ? "+" : "";
  page.mark(`|${leading}${end}`, false);
  page.breakLine();
  let afterBreak = true;
  for (const character of characters) {
    if (isBreak(character)) page.breakLine(character);
    else {
      if (afterBreak) page.toIndent(indent);
      page.write(character);
    }
    afterBreak = isBreak(character);
  }
}
