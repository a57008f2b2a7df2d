import type { Issue } from "./source.ts";
import { T, TOKEN_NAMES, type Token } from "./tokens.ts";

/** Kinds of tokens; -1 in it is "the end of the rule around it". */
export type TokenSet = ReadonlySet<number>;

/** Where a rule is used, and what can come after it there. */
interface Use {
  readonly from: string;
  readonly follow: TokenSet;
}

/** The next token fits nowhere; ends the rule at hand. */
export class InputMismatch extends Error {}

/** The first `count` tokens from here fit no alternative; ends the rule at hand. */
export class NoViableAlternative extends Error {
  readonly count: number;
  constructor(count: number) {
    super();
    this.count = count;
  }
}

/** Reading on makes no sense; with a message when that is reported, too. */
export class RecoveryStopped extends Error {}

const MAX_REPORTS = 100;
const MAX_RECOVERIES = 30;
const MAX_LOOKAHEAD = 256;
const RULE_END = -1;

/**
 * ANTLR's DefaultErrorStrategy with the limits that CEL sets: leaves out one token, puts one in, or skips to what can
 * follow one of the rules at hand. Between an error and the next token that fits, nothing is reported.
 */
export class ErrorStrategy {
  readonly issues: Issue[] = [];
  /** What upstream reports of the broken tree afterwards. */
  readonly consequences: Issue[] = [];
  readonly #tokens: readonly Token[];
  #index = 0;
  #state = "";
  #expecting: TokenSet = new Set();
  readonly #uses: Use[] = [];
  #recovering = false;
  #lastErrorIndex = -1;
  #lastErrorStates = new Set<string>();
  #recoveries = 0;
  #reports = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The kind of a token ahead; 1 is the next one. */
  la(ahead: number): number {
    return this.#token(ahead).type;
  }

  #token(ahead: number): Token {
    return this.#tokens[Math.min(this.#index + ahead - 1, this.#tokens.length - 1)] as Token;
  }

  report(offset: number, message: string): void {
    this.issues.push({ offset, message });
  }

  #syntaxError(token: Token, message: string): void {
    if (this.#reports++ < MAX_REPORTS) {
      this.report(token.offset, `Syntax error: ${reserved(message)}`);
      return;
    }
    this.report(token.offset, `Syntax error: More than ${MAX_REPORTS} syntax errors`);
    throw new RecoveryStopped();
  }

  /** Runs a rule; an error in it ends it, and the parser goes on behind it. */
  rule(use: Use | undefined, body: () => void): void {
    if (use !== undefined) this.#uses.push(use);
    try {
      body();
    } catch (error) {
      if (!(error instanceof InputMismatch || error instanceof NoViableAlternative)) throw error;
      this.#reportError(error);
      this.#recover();
    }
    if (use !== undefined) {
      this.#uses.pop();
      this.#state = use.from;
    }
  }

  at(state: string): void {
    this.#state = state;
  }

  consume(): void {
    this.#endError();
    this.#skip();
  }

  #skip(): void {
    if (this.#index < this.#tokens.length - 1) this.#index++;
  }

  /** Takes a token of the kind; `next` is what can follow it. */
  match(type: number, state: string, next: TokenSet): void {
    this.#state = state;
    this.#expecting = new Set([type]);
    if (this.la(1) === type) {
      this.consume();
      return;
    }
    this.#countRecovery();
    if (this.#deleteToken()) this.#skip();
    else if (this.#full(next).has(this.la(1))) this.#reportMissing();
    else throw new InputMismatch();
  }

  /** Looks whether the next token can be here, before an alternative is chosen. */
  sync(state: string, kind: "block" | "loop", expecting: TokenSet, consequence?: string): void {
    this.#state = state;
    this.#expecting = expecting;
    if (this.#recovering || expecting.has(this.la(1))) return;
    if (kind === "block") {
      if (this.#deleteToken()) return;
      if (consequence !== undefined) this.consequences.push({ offset: this.#token(1).offset, message: consequence });
      throw new InputMismatch();
    }
    this.#reportUnwanted();
    this.#skipUntil(new Set([...expecting, ...this.#recoverySet()]), Number.POSITIVE_INFINITY);
  }

  #endError(): void {
    this.#recovering = false;
    this.#lastErrorIndex = -1;
    this.#lastErrorStates = new Set();
  }

  #countRecovery(): void {
    if (this.#recoveries++ !== MAX_RECOVERIES) return;
    const message = `error recovery attempt limit exceeded: ${MAX_RECOVERIES}`;
    this.#syntaxError(this.#token(1), message);
    throw new RecoveryStopped();
  }

  #deleteToken(): boolean {
    if (!this.#expecting.has(this.la(2))) return false;
    this.#reportUnwanted();
    this.#skip();
    this.#endError();
    return true;
  }

  #reportUnwanted(): void {
    this.#complain((token) => `extraneous input ${quoted(token.text)} expecting ${names(this.#expecting)}`);
  }

  #reportMissing(): void {
    this.#complain((token) => `missing ${names(this.#expecting)} at ${quoted(token.text)}`);
  }

  #complain(message: (token: Token) => string): void {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#syntaxError(this.#token(1), message(this.#token(1)));
  }

  #reportError(error: InputMismatch | NoViableAlternative): void {
    if (this.#recovering) return;
    this.#recovering = true;
    const token = this.#token(1);
    if (error instanceof NoViableAlternative) {
      const last = this.#token(error.count);
      this.#syntaxError(last, `no viable alternative at input ${quoted(this.#textOf(error.count))}`);
      return;
    }
    this.#syntaxError(token, `mismatched input ${quoted(token.text)} expecting ${names(this.#expecting)}`);
  }

  /** The next tokens with the blanks between them; what was no token is left out. */
  #textOf(count: number): string {
    let text = this.#token(1).text;
    for (let ahead = 2; ahead <= count; ahead++) {
      const { blank, text: own, type } = this.#token(ahead);
      text += blank + (type === T.eof ? "" : own);
    }
    return text;
  }

  #recover(): void {
    this.#countRecovery();
    if (this.#lastErrorIndex === this.#index && this.#lastErrorStates.has(this.#state)) this.#skip();
    this.#lastErrorIndex = this.#index;
    this.#lastErrorStates.add(this.#state);
    this.#skipUntil(this.#recoverySet(), MAX_LOOKAHEAD);
  }

  #skipUntil(stop: TokenSet, limit: number): void {
    for (let skipped = 0; this.la(1) !== T.eof && !stop.has(this.la(1)); skipped++) {
      if (skipped >= limit) throw new RecoveryStopped(`error recovery token lookahead limit exceeded: ${limit}`);
      this.#skip();
    }
  }

  #recoverySet(): TokenSet {
    const tokens = new Set(this.#uses.flatMap((use) => [...use.follow]));
    tokens.delete(RULE_END);
    return tokens;
  }

  /** With the ends of rules replaced by what follows them in the rules at hand. */
  #full(tokens: TokenSet): TokenSet {
    const result = new Set(tokens);
    for (let at = this.#uses.length - 1; result.has(RULE_END); at--) {
      result.delete(RULE_END);
      if (at < 0) result.add(T.eof);
      else for (const type of this.#uses[at]?.follow ?? []) result.add(type);
    }
    return result;
  }
}

function names(tokens: TokenSet): string {
  const sorted = [...tokens].filter((type) => type >= 0).sort((a, b) => a - b);
  const texts = sorted.map((type) => TOKEN_NAMES[type] as string);
  return texts.length === 1 ? (texts[0] as string) : `{${texts.join(", ")}}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;
}

/** Keywords where a name should be are reported in other words. */
function reserved(message: string): string {
  return message.replace(
    /no viable alternative at input '.(true|false|null)'/,
    "mismatched input '$1' expecting IDENTIFIER",
  );
}
