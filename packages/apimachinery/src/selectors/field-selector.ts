import { badRequest } from "../status-errors.ts";

/** One term of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** Values by field name; a missing field is "". */
export type FieldValues = Readonly<Record<string, string>>;

/** A field selector ready for use. */
export class FieldMatcher {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** The one value that the field must have, or undefined. */
  exactValue(field: string): string | undefined {
    return this.requirements.find((term) => term.field === field && term.operator === "=")?.value;
  }

  matches(values: FieldValues): boolean {
    return this.requirements.every((term) => ((values[term.field] ?? "") === term.value) === (term.operator === "="));
  }

  /** The string form, with `\`, `,` and `=` escaped in values. */
  toString(): string {
    return this.requirements
      .map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, "\\$&")}`)
      .join(",");
  }
}

/**
 * Reads `a=b,c!=d` as `?fieldSelector=` carries it. Terms are sorted as upstream sorts them. Throws a 400 StatusError
 * with upstream's text. Which fields a kind knows is the caller's business.
 */
export function parseFieldSelector(text: string): FieldMatcher {
  const terms = splitTerms(text).sort();
  return new FieldMatcher(terms.filter((term) => term !== "").map((term) => parseTerm(text, term)));
}

/** Splits at commas that no backslash escapes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === ",") {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(selector: string, term: string): FieldRequirement {
  const match = /!=|==|=/.exec(term);
  if (match === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  return {
    field: term.slice(0, match.index),
    operator: match[0] === "!=" ? "!=" : "=",
    value: unescapeValue(term.slice(match.index + match[0].length)),
  };
}

function unescapeValue(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "," || char === "=") {
      throw badRequest(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    }
    if (char !== "\\") out += char;
    else {
      const next = text[++at] ?? "";
      if (next === "" || !"\\,=".includes(next)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      }
      out += next;
    }
  }
  return out;
}
