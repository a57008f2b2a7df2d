/** One `%...` of a format: what it formats as, and how exactly. */
export interface Clause {
  readonly kind: "s" | "d" | "f" | "e" | "b" | "x" | "X" | "o";
  /** Digits after the point; default 6. */
  readonly precision: number;
}

const KINDS = new Set(["s", "d", "f", "e", "b", "x", "X", "o"]);

/**
 * Goes through a format: texts and clauses in turn, each clause with its argument's index. `onClause` answers with the
 * text or with an error, as an object. The result is the whole text or the first error.
 */
export function readFormat(
  text: string,
  argumentCount: number,
  onClause: (clause: Clause, index: number) => string | FormatError,
): string | FormatError {
  let result = "";
  let index = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "%") {
      result += text[at++];
      continue;
    }
    if (text[at + 1] === "%") {
      result += "%";
      at += 2;
      continue;
    }
    if (index >= argumentCount) return { message: `index ${index} out of range` };
    if (at + 1 >= text.length) return { message: "unexpected end of string" };
    const read = readClause(text.slice(at + 1));
    if (typeof read === "string") return { message: `could not parse formatting clause: ${read}` };
    const piece = onClause(read.clause, index++);
    if (typeof piece !== "string") return { ...piece, message: `error during formatting: ${piece.message}` };
    result += piece;
    at += 1 + read.length;
  }
  return result;
}

export interface FormatError {
  readonly message: string;
  /** Where the argument is that is wrong, when that is known. */
  readonly offset?: number;
}

function readClause(text: string): { readonly clause: Clause; readonly length: number } | string {
  const precision = /^\.([0-9]*)/.exec(text);
  const length = precision?.[0].length ?? 0;
  if (precision !== null && length >= text.length) {
    return "error while parsing precision: could not find end of precision specifier";
  }
  if (precision?.[1] === "") {
    const failure = 'strconv.Atoi: parsing "": invalid syntax';
    return `error while parsing precision: error while converting precision to integer: ${failure}`;
  }
  const kind = text[length] as string;
  if (!KINDS.has(kind)) return `unrecognized formatting clause "${kind}"`;
  const clause: Clause = { kind: kind as Clause["kind"], precision: Number(precision?.[1] ?? 6) };
  return { clause, length: length + 1 };
}

/** The error for a value of a type that a clause cannot format. */
export function clauseError(kind: Clause["kind"], typeName: string): string {
  const given = `was given ${typeName}`;
  switch (kind) {
    case "s":
      return `string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, ${given}`;
    case "d":
      return `decimal clause can only be used on integers, ${given}`;
    case "f":
      return `fixed-point clause can only be used on doubles, ${given}`;
    case "e":
      return `scientific clause can only be used on doubles, ${given}`;
    case "b":
      return `only integers and bools can be formatted as binary, ${given}`;
    case "o":
      return `octal clause can only be used on integers, ${given}`;
    default:
      return `only integers, byte buffers, and strings can be formatted as hex, ${given}`;
  }
}
