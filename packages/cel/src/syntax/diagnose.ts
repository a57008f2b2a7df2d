import { ErrorStrategy, InputMismatch, NoViableAlternative, RecoveryStopped, type TokenSet } from "./error-strategy.ts";
import type { Issue } from "./source.ts";
import { T, type Token } from "./tokens.ts";

const set = (...types: readonly number[]): TokenSet => new Set(types);
const join = (...sets: readonly TokenSet[]): TokenSet => new Set(sets.flatMap((each) => [...each]));

/** What an expression can start with. */
const LITERAL = set(T.minus, T.true, T.false, T.null, T.float, T.int, T.uint, T.string, T.bytes);
const PRIMARY = join(set(T.openBracket, T.openBrace, T.openParen, T.dot, T.identifier), LITERAL);
const EXPR = join(PRIMARY, set(T.not));
const OPTIONAL_EXPR = join(EXPR, set(T.question));
const FIELD = set(T.question, T.identifier, T.escapedIdentifier);
const NAME = set(T.identifier, T.escapedIdentifier);

/** What follows a rule where it is used; -1 stands for "the end of the rule around it". */
const RULE_END = -1;
const MEMBER_REST = set(T.dot, T.openBracket, RULE_END);
const PRODUCT_REST = set(T.plus, T.minus, 23, 24, 25, RULE_END);
const RELATION_REST = set(1, 2, T.in, 4, 5, 6, 7, RULE_END);

/**
 * Reads a text that is known to be wrong the way upstream's generated parser (ANTLR 4, LL(*) with its default error
 * strategy) does, to report the same errors: with tokens left out and tokens put in, and no report before the parser
 * has found its feet again. Makes no tree.
 */
export function diagnose(tokens: readonly Token[]): readonly Issue[] {
  const parser = new DiagnosingParser(new ErrorStrategy(tokens));
  return parser.run();
}

class DiagnosingParser {
  readonly #errors: ErrorStrategy;

  constructor(errors: ErrorStrategy) {
    this.#errors = errors;
  }

  run(): readonly Issue[] {
    try {
      this.#errors.rule(undefined, () => {
        this.#expr("start", set(T.eof));
        this.#errors.match(T.eof, "eof", set(RULE_END));
      });
    } catch (error) {
      if (!(error instanceof RecoveryStopped)) throw error;
      if (error.message !== "") this.#errors.report(-1, error.message);
    }
    return [...this.#errors.issues, ...this.#errors.consequences];
  }

  get #la(): number {
    return this.#errors.la(1);
  }

  #match(type: number, state: string, next: TokenSet): void {
    this.#errors.match(type, state, next);
  }

  #expr(from: string, follow: TokenSet): void {
    this.#errors.rule({ from, follow }, () => {
      this.#or("expr", set(T.question, RULE_END));
      if (this.#la !== T.question) return;
      this.#match(T.question, "expr?", EXPR);
      this.#or("expr1", set(T.colon));
      this.#match(T.colon, "expr:", EXPR);
      this.#expr("expr2", set(RULE_END));
    });
  }

  #or(from: string, follow: TokenSet): void {
    this.#chain(from, follow, T.or, "or", (at) => this.#and(at, set(T.or, RULE_END)));
  }

  #and(from: string, follow: TokenSet): void {
    this.#chain(from, follow, T.and, "and", (at) => this.#relation(at, set(T.and, RULE_END)));
  }

  #chain(from: string, follow: TokenSet, operator: number, name: string, operand: (at: string) => void): void {
    this.#errors.rule({ from, follow }, () => {
      operand(name);
      while (this.#la === operator) {
        this.#match(operator, `${name} operator`, EXPR);
        operand(`${name} loop`);
      }
    });
  }

  #relation(from: string, follow: TokenSet): void {
    this.#errors.rule({ from, follow }, () => {
      this.#calc("relation", RELATION_REST);
      while (this.#la >= 1 && this.#la <= 7) {
        this.#errors.consume();
        this.#errors.rule({ from: "relation loop", follow: RELATION_REST }, () =>
          this.#calc("relation", RELATION_REST),
        );
      }
    });
  }

  #calc(from: string, follow: TokenSet): void {
    const operators = { product: set(23, 24, 25), sum: set(T.plus, T.minus) };
    this.#errors.rule({ from, follow }, () => {
      this.#unary("calc", PRODUCT_REST);
      for (;;) {
        if (operators.product.has(this.#la)) {
          this.#errors.consume();
          this.#errors.rule({ from: "product", follow: PRODUCT_REST }, () => this.#unary("calc", PRODUCT_REST));
        } else if (operators.sum.has(this.#la)) {
          this.#errors.consume();
          this.#errors.rule({ from: "sum", follow: PRODUCT_REST }, () => this.#products());
        } else return;
      }
    });
  }

  /** The right side of a sum: it takes `*`, `/` and `%` for itself. */
  #products(): void {
    this.#unary("calc", PRODUCT_REST);
    while (this.#la >= 23 && this.#la <= 25) {
      this.#errors.consume();
      this.#errors.rule({ from: "product", follow: PRODUCT_REST }, () => this.#unary("calc", PRODUCT_REST));
    }
  }

  #unary(from: string, follow: TokenSet): void {
    this.#errors.rule({ from, follow }, () => {
      this.#errors.sync("unary", "block", EXPR);
      if (this.#la === T.not) {
        do {
          this.#match(T.not, "not", EXPR);
          this.#errors.sync("not loop", "loop", EXPR);
        } while (this.#la === T.not);
        this.#member("not member", set(RULE_END));
      } else if (this.#la === T.minus && this.#isNegation()) {
        do {
          this.#match(T.minus, "negate", PRIMARY);
          this.#errors.sync("negate loop", "loop", PRIMARY);
        } while (this.#la === T.minus && this.#negatesAgain());
        this.#member("negate member", set(RULE_END));
      } else this.#member("unary member", set(RULE_END));
    });
  }

  /** Tells `-x` from the literal `-1`. */
  #isNegation(): boolean {
    const next = this.#errors.la(2);
    if (next === T.int || next === T.float) return false;
    this.#refuseUnless(PRIMARY.has(next), 2);
    return true;
  }

  #negatesAgain(): boolean {
    this.#refuseUnless(PRIMARY.has(this.#errors.la(2)), 2);
    return true;
  }

  /** No alternative fits when the first `count` tokens from here cannot be read. */
  #refuseUnless(possible: boolean, count: number): void {
    if (!possible) throw new NoViableAlternative(count);
  }

  #member(from: string, follow: TokenSet): void {
    this.#errors.rule({ from, follow }, () => {
      this.#primary("member", MEMBER_REST);
      for (;;) {
        if (this.#la === T.dot) this.#selection();
        else if (this.#la === T.openBracket) this.#index();
        else return;
      }
    });
  }

  #selection(): void {
    this.#errors.at("selection");
    const next = this.#errors.la(2);
    this.#refuseUnless(next === T.question || NAME.has(next), 2);
    if (next === T.identifier && this.#errors.la(3) === T.openParen) {
      this.#match(T.dot, "call.", set(T.identifier));
      this.#match(T.identifier, "call name", set(T.openParen));
      this.#match(T.openParen, "call(", join(EXPR, set(T.closeParen)));
      this.#arguments("call", MEMBER_REST);
      return;
    }
    this.#match(T.dot, "select.", FIELD);
    if (this.#la === T.question) this.#match(T.question, "select?", NAME);
    this.#name("select name", MEMBER_REST, "unsupported ident kind");
  }

  #arguments(state: string, rest: TokenSet): void {
    this.#errors.sync(`${state} arguments`, "block", join(EXPR, set(T.closeParen)));
    if (EXPR.has(this.#la)) {
      this.#errors.rule({ from: `${state} list`, follow: set(T.closeParen) }, () => {
        this.#expr("list", set(T.comma, RULE_END));
        while (this.#la === T.comma) {
          this.#match(T.comma, "list,", EXPR);
          this.#expr("list loop", set(T.comma, RULE_END));
        }
      });
    }
    this.#match(T.closeParen, `${state})`, rest);
  }

  #index(): void {
    this.#match(T.openBracket, "index[", OPTIONAL_EXPR);
    this.#errors.sync("index?", "block", OPTIONAL_EXPR);
    if (this.#la === T.question) this.#match(T.question, "index?", EXPR);
    this.#expr("index", set(T.closeBracket));
    this.#match(T.closeBracket, "index]", MEMBER_REST);
  }

  #name(from: string, follow: TokenSet, consequence?: string): void {
    this.#errors.rule({ from, follow }, () => {
      this.#errors.sync("name", "block", NAME, consequence);
      this.#match(this.#la === T.escapedIdentifier ? T.escapedIdentifier : T.identifier, "name", set(RULE_END));
    });
  }

  #primary(from: string, follow: TokenSet): void {
    this.#errors.rule({ from, follow }, () => {
      this.#errors.sync("primary", "block", PRIMARY);
      switch (this.#la) {
        case T.dot:
        case T.identifier:
          this.#named();
          break;
        case T.openParen:
          this.#match(T.openParen, "nested(", EXPR);
          this.#expr("nested", set(T.closeParen));
          this.#match(T.closeParen, "nested)", set(RULE_END));
          break;
        case T.openBracket:
          this.#list();
          break;
        case T.openBrace:
          this.#map();
          break;
        default:
          this.#literal();
      }
    });
  }

  #named(): void {
    const start = this.#la === T.dot ? 2 : 1;
    this.#refuseUnless(this.#errors.la(start) === T.identifier, start);
    if (this.#isMessage(start)) {
      this.#message();
      return;
    }
    const call = this.#errors.la(start + 1) === T.openParen;
    if (this.#la === T.dot) this.#match(T.dot, "ident.", set(T.identifier));
    this.#match(T.identifier, "ident", call ? set(T.openParen) : set(RULE_END));
    if (!call) return;
    this.#match(T.openParen, "global(", join(EXPR, set(T.closeParen)));
    this.#arguments("global", set(RULE_END));
  }

  #isMessage(start: number): boolean {
    for (let at = start; this.#errors.la(at) === T.identifier; at += 2) {
      if (this.#errors.la(at + 1) === T.openBrace) return true;
      if (this.#errors.la(at + 1) !== T.dot) return false;
    }
    return false;
  }

  #message(): void {
    if (this.#la === T.dot) this.#match(T.dot, "message.", set(T.identifier));
    this.#match(T.identifier, "message", set(T.dot, T.openBrace));
    while (this.#la === T.dot) {
      this.#match(T.dot, "message dot", set(T.identifier));
      this.#match(T.identifier, "message name", set(T.dot, T.openBrace));
    }
    this.#match(T.openBrace, "message{", join(FIELD, set(T.comma, T.closeBrace)));
    this.#items("message", FIELD, T.closeBrace, () => {
      this.#errors.rule({ from: "field", follow: set(T.colon) }, () => {
        this.#errors.sync("field", "block", FIELD);
        if (this.#la === T.question) this.#match(T.question, "field?", NAME);
        this.#name("field name", set(RULE_END));
      });
      this.#match(T.colon, "field:", EXPR);
      this.#expr("field value", set(T.comma, RULE_END));
    });
  }

  #list(): void {
    this.#match(T.openBracket, "list[", join(OPTIONAL_EXPR, set(T.comma, T.closeBracket)));
    this.#items("list", OPTIONAL_EXPR, T.closeBracket, () => this.#optionalExpr(set(T.comma, RULE_END)));
  }

  #map(): void {
    this.#match(T.openBrace, "map{", join(OPTIONAL_EXPR, set(T.comma, T.closeBrace)));
    this.#items("map", OPTIONAL_EXPR, T.closeBrace, () => {
      this.#optionalExpr(set(T.colon));
      this.#match(T.colon, "entry:", EXPR);
      this.#expr("entry value", set(T.comma, RULE_END));
    });
  }

  #optionalExpr(follow: TokenSet): void {
    this.#errors.rule({ from: "item", follow }, () => {
      this.#errors.sync("item", "block", OPTIONAL_EXPR);
      if (this.#la === T.question) this.#match(T.question, "item?", EXPR);
      this.#expr("item", set(RULE_END));
    });
  }

  /** Items with commas between them and perhaps one at the end, then the closing token. */
  #items(state: string, first: TokenSet, close: number, item: () => void): void {
    this.#errors.sync(`${state} items`, "block", join(first, set(T.comma, close)));
    if (first.has(this.#la)) {
      this.#errors.rule({ from: `${state} items`, follow: set(T.comma, close) }, () => {
        item();
        while (this.#la === T.comma && first.has(this.#errors.la(2))) {
          this.#match(T.comma, `${state} comma`, first);
          item();
        }
      });
    }
    this.#errors.sync(`${state} end`, "block", set(T.comma, close));
    if (this.#la === T.comma) this.#match(T.comma, `${state},`, set(close));
    this.#match(close, `${state} close`, set(RULE_END));
  }

  #literal(): void {
    this.#errors.rule({ from: "literal", follow: set(RULE_END) }, () => {
      if (!LITERAL.has(this.#la)) throw new InputMismatch();
      const next = this.#errors.la(2);
      this.#refuseUnless(this.#la !== T.minus || next === T.int || next === T.float, 2);
      if (this.#la === T.minus) this.#match(T.minus, "literal-", set(T.int, T.float));
      this.#match(this.#la, "literal", set(RULE_END));
    });
  }
}
