/** Words of YAML 1.1 that are no text when written without quotes. */
const WORDS = new Set(
  [
    ["", "~", "null", "Null", "NULL"],
    ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
    ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
    [".nan", ".NaN", ".NAN"],
    ["", "+", "-"].flatMap((sign) => [".inf", ".Inf", ".INF"].map((word) => sign + word)),
  ].flat(),
);

const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/;
/** After a dot anything that is a number for Go. */
const DOTTED = /^\.[0-9]+(?:_?[0-9]+)*(?:[eE][-+]?[0-9]+)?$/;
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?: *Z|[-+]\d{2}:\d{2})?)?$/;

/** Whether a text that is written without quotes is read as the same text: not as a number, a date, true, or nothing. */
export function isPlainText(text: string): boolean {
  if (WORDS.has(text)) return false;
  if (!/^[-+.0-9]/.test(text)) return true;
  const digits = text.replaceAll("_", "");
  const isNumber = INTEGER.test(digits) || FLOAT.test(digits) || DOTTED.test(text);
  return !isNumber && !SEXAGESIMAL.test(text) && !TIMESTAMP.test(text);
}

/** A number as Go prints it. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) return String(value);
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && /\p{Nd}/u.test(character);

/** Numbers inside of keys by their value: `port9` before `port10`; other characters before letters. */
export function compareKeys(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at === -1 || at >= b.length) return a.length - b.length;
  const [x, y] = [a[at]!, b[at]!];
  const order = x.codePointAt(0)! - y.codePointAt(0)!;
  if (isLetter(x) && isLetter(y)) return order;
  if (isLetter(x)) return 1;
  if (isLetter(y)) return -1;
  // Zeros count once a number has begun before them: 101 and 1001 differ in their length.
  const begun = (x === "0" || y === "0") && hasBegun(a.slice(0, at)) ? "1" : "";
  const [m, n] = [digitsAt(a, at), digitsAt(b, at)];
  const byValue = Number(`${begun}${m}`) - Number(`${begun}${n}`);
  return byValue || m.length - n.length || order;
}

function digitsAt(characters: readonly string[], start: number): string {
  let end = start;
  while (isDigit(characters[end])) end += 1;
  return characters.slice(start, end).join("");
}

function hasBegun(before: readonly string[]): boolean {
  for (const character of before.toReversed()) {
    if (!isDigit(character)) return false;
    if (character !== "0") return true;
  }
  return false;
}
