import { badRequest } from "../status-errors.ts";
import { checkLabelKey, type LabelOperator, type LabelRequirement, labelRequirement } from "./label-requirement.ts";

type TokenType = "word" | "in" | "notin" | "!" | "==" | "=" | "!=" | ">" | "<" | "(" | ")" | "," | "end" | "error";

interface Token {
  readonly type: TokenType;
  readonly text: string;
}

const END: Token = { type: "end", text: "" };
const SPECIAL = "=!(),><";
const SPACE = " \t\r\n";
const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  in: "in",
  notin: "notin",
  "=": "=",
  "==": "==",
  "!=": "!=",
  ">": "gt",
  "<": "lt",
};

/** Reads the string form of a label selector, as `?labelSelector=` carries it; sorted by key. Throws 400. */
export function parseLabelRequirements(text: string): readonly LabelRequirement[] {
  const requirements = new Parser(scan(text)).selector();
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (SPACE.includes(char)) at++;
    else if (SPECIAL.includes(char)) at += push(tokens, symbolAt(text, at));
    else at += push(tokens, wordAt(text, at));
  }
  tokens.push(END);
  return tokens;
}

function push(tokens: Token[], token: Token): number {
  tokens.push(token);
  return token.text.length;
}

function symbolAt(text: string, at: number): Token {
  const two = text.slice(at, at + 2);
  const symbol = two === "==" || two === "!=" ? two : (text[at] as string);
  return { type: symbol as TokenType, text: symbol };
}

function wordAt(text: string, start: number): Token {
  let end = start;
  while (end < text.length && !SPECIAL.includes(text[end] as string) && !SPACE.includes(text[end] as string)) end++;
  const word = text.slice(start, end);
  return { type: word === "in" || word === "notin" ? word : "word", text: word };
}

/** A recursive-descent parser over the tokens; each method consumes what it names. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  selector(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.type === "end") return requirements;
      if (token.type !== "word" && token.type !== "!") {
        throw badRequest(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === "end") return requirements;
      if (next.type !== ",") throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (after.type !== "word" && after.type !== "!") {
        throw badRequest(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().type === "!" && this.#take() !== undefined;
    const key = this.#take();
    if (key.type !== "word") throw unparsable(`found '${key.text}', expected: identifier`);
    checkLabelKey(key.text);
    if (negated) return labelRequirement(key.text, "!", []);
    const after = this.#peek().type;
    if (after === "end" || after === ",") return labelRequirement(key.text, "exists", []);
    const operator = this.#operator();
    const values = operator === "in" || operator === "notin" ? this.#values() : [this.#exactValue()];
    return labelRequirement(key.text, operator, values);
  }

  #operator(): LabelOperator {
    const token = this.#tokens[this.#at++] as Token;
    const operator = OPERATORS[token.type];
    if (operator === undefined) {
      throw unparsable(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    return operator;
  }

  #values(): string[] {
    const open = this.#take();
    if (open.type !== "(") throw unparsable(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (first.type === ")") {
      this.#take();
      return [""];
    }
    if (first.type !== "word" && first.type !== ",") {
      throw unparsable(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = this.#list();
    const close = this.#take();
    if (close.type !== ")") throw unparsable(`found '${close.text}', expected: ')'`);
    return [...values].sort();
  }

  /** `a,b`, with an empty value wherever a comma has no neighbour. Stops before `)`. */
  #list(): ReadonlySet<string> {
    const values = new Set<string>();
    for (;;) {
      const token = this.#take();
      if (token.type === "word") {
        values.add(token.text);
        const next = this.#peek();
        if (next.type === ")") return values;
        if (next.type !== ",") throw unparsable(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.type === ",") {
        if (values.size === 0) values.add("");
        const next = this.#peek().type;
        if (next === "," || next === ")") values.add("");
        if (next === ")") return values;
      } else {
        throw unparsable(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  #exactValue(): string {
    const next = this.#peek().type;
    if (next === "end" || next === ",") return "";
    const token = this.#take();
    if (token.type !== "word") throw unparsable(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  /** The next token where a value may stand: `in` and `notin` are words there. */
  #peek(): Token {
    const token = this.#tokens[this.#at] ?? END;
    return token.type === "in" || token.type === "notin" ? { type: "word", text: token.text } : token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }
}

function unparsable(message: string): Error {
  return badRequest(`unable to parse requirement: ${message}`);
}
