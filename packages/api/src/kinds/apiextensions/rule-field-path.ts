import { type FieldPath, fieldPath, type Schema } from "@pinnace/apimachinery";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "'": "'",
  "\\": "\\",
};
/** `.name` or `['name']`. */
const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;

/**
 * The field that `fieldPath` of a rule names, below the schema that has the rule; undefined when there is none. Only fields
 * and map entries can be named.
 */
export function ruleFieldPath(text: string, schema: Schema): FieldPath | undefined {
  let path = fieldPath();
  let at: Schema | undefined = schema;
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const step = STEP.exec(text);
    const name = step?.[1] ?? unescaped(step?.[2]);
    if (name === undefined || at === undefined) return undefined;
    if (at.properties !== undefined) {
      path = path.child(name);
      at = at.properties[name];
      if (at === undefined) return undefined;
    } else if (typeof at.additionalProperties === "object") {
      path = path.key(name);
      at = at.additionalProperties;
    } else return undefined;
  }
  return path;
}

function unescaped(quoted: string | undefined): string | undefined {
  if (quoted === undefined) return undefined;
  const known = [...quoted.matchAll(/\\(.)/gs)].every(([, char = ""]) => ESCAPES[char] !== undefined);
  return known ? quoted.replace(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? "") : undefined;
}
