import { type Call, type Expr, type MapEntry, Op, type StructField } from "./ast.ts";
import { diagnose } from "./diagnose.ts";
import { tokenize } from "./lexer.ts";
import { LiteralError, readLiteral } from "./literals.ts";
import { MacroError, type MacroTable, macroKey } from "./macro.ts";
import { codePoints, type Issue } from "./source.ts";
import { T, type Token } from "./tokens.ts";

interface Parsed {
  /** Undefined when there are issues. */
  readonly expr: Expr | undefined;
  readonly issues: readonly Issue[];
}

const MAX_CODE_POINTS = 100_000;
const MAX_DEPTH = 250;

/** Reads an expression and expands its macros. */
export function parse(source: string, macros: MacroTable): Parsed {
  const size = codePoints(source);
  if (size > MAX_CODE_POINTS) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}`;
    return { expr: undefined, issues: [{ offset: -1, message }] };
  }
  const { tokens, issues: lexical } = tokenize(source);
  const parser = new Parser(tokens, macros);
  const expr = parser.run();
  if (parser.aborted !== undefined) return { expr: undefined, issues: [{ offset: -1, message: parser.aborted }] };
  const syntactic = expr === undefined ? diagnose(tokens) : [];
  const issues = [...lexical, ...syntactic, ...parser.issues];
  return { expr: issues.length === 0 ? expr : undefined, issues };
}

/** The text is wrong; what is wrong is found out by another parser. */
class SyntaxFailure extends Error {}
class DepthExceeded extends Error {}

const RESERVED = new Set(
  "as break const continue else false for function if import in let loop package namespace null return true var void while".split(
    " ",
  ),
);

const RELATIONS: ReadonlyMap<string, string> = new Map(
  ["<", "<=", ">", ">=", "==", "!="]
    .map((operator) => [operator, `_${operator}_`] as [string, string])
    .concat([["in", Op.in]]),
);

class Parser {
  readonly issues: Issue[] = [];
  /** Why parsing stopped at all. */
  aborted: string | undefined;
  readonly #tokens: readonly Token[];
  readonly #macros: MacroTable;
  #at = 0;
  #depth = 0;
  /** How many operators, selections and calls are within each other, which upstream limits, too. */
  readonly #heights = new Map<Expr, number>();

  constructor(tokens: readonly Token[], macros: MacroTable) {
    this.#tokens = tokens;
    this.#macros = macros;
  }

  run(): Expr | undefined {
    try {
      const expr = this.#expr();
      this.#expect(T.eof);
      return expr;
    } catch (error) {
      if (error instanceof DepthExceeded) this.aborted = error.message;
      else if (!(error instanceof SyntaxFailure)) throw error;
      return undefined;
    }
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #peek(ahead: number): number {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]?.type ?? T.eof;
  }

  #take(): Token {
    const token = this.#next;
    this.#at++;
    return token;
  }

  #accept(type: number): Token | undefined {
    return this.#next.type === type ? this.#take() : undefined;
  }

  #expect(type: number): Token {
    if (this.#next.type !== type) throw new SyntaxFailure();
    return this.#take();
  }

  #issue(offset: number, message: string): Expr {
    this.issues.push({ offset, message });
    return { kind: "literal", offset, value: null };
  }

  /** Notes how deep a node is: one more than its deepest part when it counts. */
  #nest(expr: Expr, parts: readonly Expr[], counts = true): Expr {
    let height = 0;
    for (const part of parts) height = Math.max(height, this.#heights.get(part) ?? 0);
    if (counts) height++;
    if (height > MAX_DEPTH) throw new DepthExceeded("max recursion depth exceeded");
    if (height > 0) this.#heights.set(expr, height);
    return expr;
  }

  #operator(token: Token, name: string, args: readonly Expr[], counts = true): Expr {
    return this.#nest(this.#call(token.offset, name, undefined, args), args, counts);
  }

  #call(offset: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const macro = this.#macros.get(macroKey(name, args.length, target !== undefined));
    if (macro !== undefined) {
      try {
        const expanded = macro.expand(offset, target, args);
        if (expanded !== undefined) return expanded;
      } catch (error) {
        if (!(error instanceof MacroError)) throw error;
        return this.#issue(error.offset, error.message);
      }
    }
    const call: Call = { kind: "call", offset, function: name, target, args };
    return call;
  }

  #expr(): Expr {
    if (++this.#depth > MAX_DEPTH) throw new DepthExceeded(`expression recursion limit exceeded: ${MAX_DEPTH}`);
    const condition = this.#logical(T.or, Op.or, () => this.#logical(T.and, Op.and, () => this.#relation()));
    const question = this.#accept(T.question);
    let result = condition;
    if (question !== undefined) {
      const yes = this.#logical(T.or, Op.or, () => this.#logical(T.and, Op.and, () => this.#relation()));
      this.#expect(T.colon);
      result = this.#operator(question, Op.conditional, [condition, yes, this.#expr()]);
    }
    this.#depth--;
    return result;
  }

  /** A chain of `&&` or `||`, as a balanced tree. */
  #logical(type: number, name: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const operators: Token[] = [];
    for (let token = this.#accept(type); token !== undefined; token = this.#accept(type)) {
      operators.push(token);
      terms.push(operand());
    }
    return operators.length === 0
      ? (terms[0] as Expr)
      : this.#balanced(name, terms, operators, 0, operators.length - 1);
  }

  #balanced(name: string, terms: readonly Expr[], operators: readonly Token[], low: number, high: number): Expr {
    const middle = Math.floor((low + high + 1) / 2);
    const left = middle === low ? terms[middle] : this.#balanced(name, terms, operators, low, middle - 1);
    const right = middle === high ? terms[middle + 1] : this.#balanced(name, terms, operators, middle + 1, high);
    return this.#operator(operators[middle] as Token, name, [left as Expr, right as Expr], false);
  }

  #relation(): Expr {
    let left = this.#sum();
    for (let name = RELATIONS.get(this.#next.text); name !== undefined && this.#next.type < T.and; ) {
      const token = this.#take();
      left = this.#operator(token, name, [left, this.#sum()]);
      name = RELATIONS.get(this.#next.text);
    }
    return left;
  }

  #sum(): Expr {
    let left = this.#product();
    while (this.#next.type === T.plus || this.#next.type === T.minus) {
      const token = this.#take();
      left = this.#operator(token, `_${token.text}_`, [left, this.#product()]);
    }
    return left;
  }

  #product(): Expr {
    let left = this.#unary();
    while (this.#next.type > T.plus && this.#next.type < T.true) {
      const token = this.#take();
      left = this.#operator(token, `_${token.text}_`, [left, this.#unary()]);
    }
    return left;
  }

  #unary(): Expr {
    const first = this.#next;
    if (first.type === T.not) return this.#prefixed(T.not, Op.not);
    const number = this.#peek(1) === T.int || this.#peek(1) === T.float;
    if (first.type === T.minus && !number) return this.#prefixed(T.minus, Op.negate);
    return this.#member();
  }

  /** Operators before an operand; an even number of them is none. */
  #prefixed(type: number, name: string): Expr {
    const first = this.#next;
    let count = 0;
    while (this.#accept(type) !== undefined) count++;
    const operand = this.#member();
    return count % 2 === 0 ? operand : this.#operator(first, name, [operand], false);
  }

  #member(): Expr {
    let operand = this.#primary();
    for (;;) {
      if (this.#next.type === T.dot) operand = this.#selection(operand);
      else if (this.#next.type === T.openBracket) operand = this.#index(operand);
      else return operand;
    }
  }

  #selection(operand: Expr): Expr {
    const dot = this.#take();
    const optional = this.#accept(T.question);
    const name = this.#fieldName();
    if (optional !== undefined) {
      const field: Expr = { kind: "literal", offset: name.offset, value: name.text };
      const args = [operand, field];
      const call: Expr = { kind: "call", offset: dot.offset, function: Op.optionalSelect, target: undefined, args };
      return this.#nest(call, args);
    }
    const open = name.type === T.identifier ? this.#accept(T.openParen) : undefined;
    if (open === undefined) {
      const select: Expr = { kind: "select", offset: dot.offset, operand, field: name.text, testOnly: false };
      return this.#nest(select, [operand]);
    }
    const args = this.#exprList();
    return this.#nest(this.#call(open.offset, name.text, operand, args), [operand, ...args]);
  }

  #fieldName(): Token {
    const escaped = this.#accept(T.escapedIdentifier);
    if (escaped === undefined) return this.#expect(T.identifier);
    this.#issue(escaped.offset, "unsupported syntax: '`'");
    return escaped;
  }

  #index(operand: Expr): Expr {
    const open = this.#take();
    const name = this.#accept(T.question) === undefined ? Op.index : Op.optionalIndex;
    const index = this.#expr();
    this.#expect(T.closeBracket);
    return this.#operator(open, name, [operand, index]);
  }

  /** Arguments up to the closing parenthesis. */
  #exprList(): readonly Expr[] {
    const args: Expr[] = [];
    if (this.#accept(T.closeParen) !== undefined) return args;
    do args.push(this.#expr());
    while (this.#accept(T.comma) !== undefined);
    this.#expect(T.closeParen);
    return args;
  }

  #primary(): Expr {
    const token = this.#next;
    switch (token.type) {
      case T.dot:
      case T.identifier:
        return this.#named();
      case T.openParen: {
        this.#take();
        const inner = this.#expr();
        this.#expect(T.closeParen);
        return inner;
      }
      case T.openBracket:
        return this.#list();
      case T.openBrace:
        return this.#map();
      default:
        return this.#literal();
    }
  }

  #named(): Expr {
    const dot = this.#accept(T.dot);
    const offset = (dot ?? this.#next).offset;
    if (this.#isMessage()) return this.#struct(dot === undefined ? "" : ".");
    const id = this.#expect(T.identifier);
    const open = this.#accept(T.openParen);
    const args = open === undefined ? [] : this.#exprList();
    if (RESERVED.has(id.text)) return this.#issue(offset, `reserved identifier: ${id.text}`);
    const name = dot === undefined ? id.text : `.${id.text}`;
    if (open === undefined) return { kind: "ident", offset: id.offset, name };
    return this.#nest(this.#call(open.offset, name, undefined, args), args, false);
  }

  /** A name with dots, followed by a brace. */
  #isMessage(): boolean {
    for (let ahead = 0; this.#peek(ahead) === T.identifier; ahead += 2) {
      if (this.#peek(ahead + 1) === T.openBrace) return true;
      if (this.#peek(ahead + 1) !== T.dot) return false;
    }
    return false;
  }

  #struct(prefix: string): Expr {
    let typeName = prefix + this.#take().text;
    while (this.#accept(T.dot) !== undefined) typeName += `.${this.#take().text}`;
    const open = this.#take();
    const fields: StructField[] = [];
    while (this.#next.type !== T.closeBrace && this.#next.type !== T.comma) {
      const optional = this.#accept(T.question) !== undefined;
      const name = this.#fieldName();
      const { offset } = this.#expect(T.colon);
      fields.push({ offset, name: name.text, value: this.#expr(), optional });
      if (!this.#separator()) break;
    }
    this.#trailing(T.closeBrace);
    const struct: Expr = { kind: "struct", offset: open.offset, typeName, fields };
    return this.#nest(
      struct,
      fields.map((field) => field.value),
      false,
    );
  }

  /** A comma that something follows. */
  #separator(): boolean {
    const after = this.#peek(1);
    if (this.#next.type !== T.comma || after === T.closeBrace || after === T.closeBracket || after === T.comma)
      return false;
    this.#take();
    return true;
  }

  #trailing(close: number): void {
    this.#accept(T.comma);
    this.#expect(close);
  }

  #list(): Expr {
    const open = this.#take();
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (this.#next.type !== T.closeBracket && this.#next.type !== T.comma) {
      if (this.#accept(T.question) !== undefined) optional.add(elements.length);
      elements.push(this.#expr());
      if (!this.#separator()) break;
    }
    this.#trailing(T.closeBracket);
    return this.#nest({ kind: "list", offset: open.offset, elements, optional }, elements, false);
  }

  #map(): Expr {
    const open = this.#take();
    const entries: MapEntry[] = [];
    while (this.#next.type !== T.closeBrace && this.#next.type !== T.comma) {
      const optional = this.#accept(T.question) !== undefined;
      const key = this.#expr();
      const { offset } = this.#expect(T.colon);
      entries.push({ offset, key, value: this.#expr(), optional });
      if (!this.#separator()) break;
    }
    this.#trailing(T.closeBrace);
    const parts = entries.flatMap((entry) => [entry.key, entry.value]);
    return this.#nest({ kind: "map", offset: open.offset, entries }, parts, false);
  }

  #literal(): Expr {
    const minus = this.#accept(T.minus);
    const token = this.#take();
    const { offset } = minus ?? token;
    try {
      const value = readLiteral(token, minus === undefined ? "" : "-");
      if (value === undefined) throw new SyntaxFailure();
      return { kind: "literal", offset, value };
    } catch (error) {
      if (error instanceof LiteralError) return this.#issue(offset, error.message);
      throw error;
    }
  }
}
