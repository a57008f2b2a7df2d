/** Kinds of tokens, numbered as upstream's grammar has them: expected tokens are listed in this order. */
export const TOKEN_NAMES: readonly string[] = [
  "<EOF>",
  "'=='",
  "'!='",
  "'in'",
  "'<'",
  "'<='",
  "'>='",
  "'>'",
  "'&&'",
  "'||'",
  "'['",
  "']'",
  "'{'",
  "'}'",
  "'('",
  "')'",
  "'.'",
  "','",
  "'-'",
  "'!'",
  "'?'",
  "':'",
  "'+'",
  "'*'",
  "'/'",
  "'%'",
  "'true'",
  "'false'",
  "'null'",
  "WHITESPACE",
  "COMMENT",
  "NUM_FLOAT",
  "NUM_INT",
  "NUM_UINT",
  "STRING",
  "BYTES",
  "IDENTIFIER",
  "ESC_IDENTIFIER",
];

export const T = {
  eof: 0,
  in: 3,
  and: 8,
  or: 9,
  openBracket: 10,
  closeBracket: 11,
  openBrace: 12,
  closeBrace: 13,
  openParen: 14,
  closeParen: 15,
  dot: 16,
  comma: 17,
  minus: 18,
  not: 19,
  question: 20,
  colon: 21,
  plus: 22,
  true: 26,
  false: 27,
  null: 28,
  float: 31,
  int: 32,
  uint: 33,
  string: 34,
  bytes: 35,
  identifier: 36,
  escapedIdentifier: 37,
} as const;

/** Tokens that are their own text. */
export const PUNCTUATION: ReadonlyMap<string, number> = new Map(
  TOKEN_NAMES.flatMap((name, type) => (/^'[^a-z]+'$/.test(name) ? [[name.slice(1, -1), type] as const] : [])),
);

export const KEYWORDS: ReadonlyMap<string, number> = new Map([
  ["in", T.in],
  ["true", T.true],
  ["false", T.false],
  ["null", T.null],
]);

export interface Token {
  readonly type: number;
  readonly text: string;
  /** Where it starts, in UTF-16 units. */
  readonly offset: number;
  /** The blanks and comments before it. */
  readonly blank: string;
}
