/** What one look over a JSON text says about it, without parsing it. */
interface JsonScan {
  /** Members of all objects, duplicates included. */
  readonly members: number;
  /** A number is written other than as a plain integer of at most 15 digits. */
  readonly unusualNumbers: boolean;
  readonly depth: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const DOT = 46;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The index of the quote that ends the string starting at `start`. */
function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
}

/** Looks over a text; means something only when it is valid JSON. */
export function scanJson(text: string): JsonScan {
  let members = 0;
  let unusualNumbers = false;
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      if (++digits > 15) unusualNumbers = true;
      continue;
    }
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) members++;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
    else if (code === DOT || (digits > 0 && (code | 32) === 101)) unusualNumbers = true;
    digits = 0;
  }
  return { members, unusualNumbers, depth: deepest };
}

/** Members of all objects in a parsed value. */
export function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item);
    return count;
  }
  for (const key in value) count += 1 + countMembers((value as Record<string, unknown>)[key]);
  return count;
}
