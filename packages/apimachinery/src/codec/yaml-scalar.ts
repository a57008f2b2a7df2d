/** How a plain YAML 1.1 scalar reads: a text, number, boolean or null. */
export type YamlScalar = string | number | boolean | null;

const WORDS: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...["", "~", "null", "Null", "NULL"].map((word): [string, null] => [word, null]),
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word): [string, true] => [
    word,
    true,
  ]),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word): [string, false] => [
    word,
    false,
  ]),
]);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/;
const RADIX = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;

/**
 * Resolves a plain scalar as go-yaml v2 does: YAML 1.1 booleans, octal with a leading 0, underscores in numbers; no sexagesimal
 * numbers, and timestamps stay texts.
 */
export function resolvePlain(text: string): YamlScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (DECIMAL.test(plain)) return Number(plain);
  const radix = RADIX.exec(plain);
  if (radix !== null) return integerOf(radix);
  return FLOAT.test(plain) ? Number(plain) : text;
}

function integerOf(match: RegExpExecArray): number {
  const [, sign, , hex, , binary, octal] = match;
  const size = hex
    ? Number.parseInt(hex, 16)
    : binary
      ? Number.parseInt(binary, 2)
      : Number.parseInt(octal as string, 8);
  return sign === "-" ? -size : size;
}
