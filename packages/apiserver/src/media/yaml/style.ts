import { isPlainText } from "./resolve.ts";

type Style = "plain" | "single" | "double" | "literal";

/** Characters that YAML 1.1 prints as they are: no tab, no byte order mark, nothing beyond the basic plane. */
export function isPrintable(character: string): boolean {
  return /^[\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

export const isBreak = (character: string | undefined): boolean =>
  character !== undefined && /^[\r\n\u0085\u2028\u2029]$/.test(character);

const isBlankOrEnd = (character: string | undefined): boolean =>
  character === undefined || character === " " || character === "\t" || isBreak(character);

/** Something in the text that would mean structure where it stands. */
function hasIndicators(characters: readonly string[]): boolean {
  if (/^(?:---|\.\.\.)/.test(characters.slice(0, 3).join(""))) return true;
  const [first = "", second] = characters;
  if (/^[#,[\]{}&*!|>'"%@`]$/.test(first)) return true;
  if (/^[?:-]$/.test(first) && isBlankOrEnd(second)) return true;
  return characters.some((character, index) => {
    if (index === 0) return false;
    if (character === ":") return isBlankOrEnd(characters[index + 1]);
    return character === "#" && isBlankOrEnd(characters[index - 1]);
  });
}

interface Allowed {
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
}

function allowedStyles(characters: readonly string[]): Allowed {
  if (characters.length === 0) return { plain: true, single: true, literal: false };
  if (!characters.every(isPrintable)) return { plain: false, single: false, literal: false };
  const pairs = characters.map((character, index) => [character, characters[index + 1]] as const);
  if (pairs.some(([left, right]) => left === " " && isBreak(right)))
    return { plain: false, single: false, literal: false };
  const breakSpace = pairs.some(([left, right]) => isBreak(left) && right === " ");
  const [first, last] = [characters[0], characters.at(-1)];
  const edges = [first, last].some((character) => character === " " || isBreak(character));
  const plain = !edges && !characters.some(isBreak) && !hasIndicators(characters);
  return { plain, single: !breakSpace, literal: last !== " " };
}

/** How a text is written. `key`: as a key in front of its colon. */
export function styleOf(text: string, key: boolean): Style {
  const characters = [...text];
  const { plain, single, literal } = allowedStyles(characters);
  if (text.includes("\n")) return literal && !key ? "literal" : "double";
  if (!isPlainText(text)) return "double";
  if (key && characters.some(isBreak)) return "double";
  if (plain) return "plain";
  return single ? "single" : "double";
}
