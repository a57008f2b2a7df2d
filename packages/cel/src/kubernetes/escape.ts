/** Words that no identifier of CEL can be. */
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

const ESCAPES: readonly (readonly [string, string])[] = [
  ["__", "__underscores__"],
  [".", "__dot__"],
  ["-", "__dash__"],
  ["/", "__slash__"],
];

const ESCAPE_OF = new Map(ESCAPES);
const MEANING_OF = new Map(ESCAPES.map(([plain, escaped]) => [escaped, plain]));

/**
 * A property's name as an identifier: `x-y` is `x__dash__y`, `namespace` is `__namespace__`. Undefined for names that
 * expressions cannot reach: with other characters, or with a digit at the start.
 */
export function escapeIdentifier(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, (part) => ESCAPE_OF.get(part) as string);
}

/** The name behind an identifier; undefined when it contains an escape that means nothing. */
export function unescapeIdentifier(identifier: string): string | undefined {
  if (!identifier.includes("__")) return identifier;
  let broken = false;
  const name = identifier.replace(/__[^_]+__/g, (part) => {
    const meaning = MEANING_OF.get(part);
    if (meaning !== undefined) return meaning;
    const word = part.slice(2, -2);
    if (!RESERVED.has(word) || part !== identifier) broken = true;
    return word;
  });
  return broken ? undefined : name;
}
