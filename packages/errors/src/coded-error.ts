/**
 * An error whose `code` is part of a documented, closed set. Plain `Error` is for bugs; everything a caller can act on
 * carries a code, one sentence that says what happened, and (where there is one) the remedy.
 */
export class CodedError<Code extends string = string> extends Error {
  /** Upper-snake-case code, stable across releases. */
  readonly code: Code;
  /** What the reader can do about it, as one sentence or a command; undefined when there is nothing to do. */
  readonly remedy: string | undefined;

  constructor(code: Code, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** True when `error` is a {@link CodedError}, by shape, so that two copies of this package agree. */
export function isCodedError(error: unknown): error is CodedError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string" && "remedy" in error;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
