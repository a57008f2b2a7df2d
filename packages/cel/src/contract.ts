import type { CelType } from "./types/cel-type.ts";
import type { DeclType } from "./types/decl-type.ts";
import type { CelValue } from "./values/value.ts";

/** What an environment knows beside the language and the libraries. */
export interface EnvironmentOptions {
  /** Name to type; a dotted name such as `authorizer.requestResource` is one variable. */
  readonly variables?: Readonly<Record<string, CelType>>;
  /** Types whose objects have fields; the types within them are found, too. */
  readonly declTypes?: readonly DeclType[];
  /** Functions, macros and types beyond the ones that are there: `bindings()`, `jsonPatchLibrary()`. */
  readonly libraries?: readonly Library[];
}

/** A set of functions, macros and types; made by this package alone. */
export interface Library {
  readonly name: string;
}

/** Compiles expressions. Immutable and cheap to extend. */
export interface Environment {
  /** This environment and more; a variable of the same name is replaced. */
  extend(options: EnvironmentOptions): Environment;
  /** Parses and type checks. Never throws, whatever the text is. */
  compile(expression: string): CompiledExpression | CompileFailure;
}

export interface CompileFailure {
  readonly ok: false;
  /** All errors as upstream prints them: `ERROR: <input>:1:5: ...`, the line and a caret, one after another. */
  readonly issues: string;
  readonly errors: readonly CompileError[];
}

export interface CompileError {
  readonly message: string;
  /** From 1, or -1 where the whole expression is meant. */
  readonly line: number;
  /** From 0, in code points; -1 where the whole expression is meant. */
  readonly column: number;
}

/** A range of costs or sizes; {@link UNBOUNDED} is "no limit known". */
export interface Estimate {
  readonly min: number;
  readonly max: number;
}

/** The largest cost or size: 2^64 - 1 in upstream, and where sums and products stop. */
export const UNBOUNDED: number = 2 ** 64;

/**
 * The size of what a path through the declared types leads to, such as `["self", "spec", "@items", "name"]`, or
 * undefined. Steps are field names, `@items`, `@indices`, `@keys` and `@values`.
 */
export type SizeEstimator = (path: readonly string[]) => Estimate | undefined;

export interface CompiledExpression {
  readonly ok: true;
  readonly source: string;
  readonly outputType: CelType;
  /** The names of the variables, types and constants that the expression mentions. */
  readonly references: ReadonlySet<string>;
  /** Why it cannot run all the same: a constant part of it, such as `int("x")`, has no value. Evaluations answer this. */
  readonly programError: string | undefined;
  /** The cost of an evaluation at least and at most, in upstream's units. */
  estimateCost(sizeOf?: SizeEstimator): Estimate;
  /** Evaluates now. Throws only {@link PendingDecision}, when an authorizer was asked that needs time. */
  evaluate(variables: Variables, options?: EvaluateOptions): Evaluation;
  /** Evaluates, waiting for authorizers: what they decide is remembered, and the expression evaluated again. */
  evaluateAsync(variables: Variables, options?: EvaluateOptions): Promise<Evaluation>;
}

/** Name to value; a function is called at most once in an evaluation, when the variable is read. */
export type Variables = Readonly<Record<string, CelValue | (() => CelValue)>>;

export interface EvaluateOptions {
  /** Default 1,000,000: about a tenth of a second in upstream. */
  readonly costLimit?: number;
  /** Stops long evaluations with `operation interrupted`. */
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  /** Undefined when there is an error. */
  readonly value?: CelValue;
  /** `no such key: x`, `operation cancelled: actual cost limit exceeded`, `operation interrupted`, ... */
  readonly error?: string;
  /** What the evaluation cost, in upstream's units; also after an error. */
  readonly cost: number;
}

/** Thrown by {@link CompiledExpression.evaluate} when a decision is needed that takes time. */
export class PendingDecision extends Error {
  /** Settles when the decision is known; evaluating again then goes on. */
  readonly decided: Promise<void>;
  constructor(decided: Promise<void>) {
    super("an authorizer has to be asked first; use evaluateAsync");
    this.name = "PendingDecision";
    this.decided = decided;
  }
}

/** What `authorizer` in an expression asks. Names are those of authorization/v1 SubjectAccessReview. */
export interface AuthorizationCheck {
  readonly verb: string;
  /** Of non-resource checks. */
  readonly path?: string;
  /** `system:serviceaccount:<namespace>:<name>` after `authorizer.serviceAccount(...)`, else undefined: the user at hand. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** As written; what cannot be parsed is to be left out. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** Read by `errored()` and `error()`. */
  readonly error?: string;
}

/** Called once for each different check of an authorizer value. */
export type AuthorizationCheckFunction = (
  check: AuthorizationCheck,
) => AuthorizationAnswer | Promise<AuthorizationAnswer>;
