import { CodedError } from "@pinnace/errors";

/** Why bytes are no JSON or YAML value: malformed, nested beyond {@link MAX_DEPTH}, or an alias bomb. */
export type DecodeErrorCode = "MALFORMED" | "TOO_DEEP" | "TOO_MANY_ALIASES";

/** The deepest nesting that a decoder accepts. */
export const MAX_DEPTH = 1000;

/** The message is what upstream prints, such as `unexpected end of JSON input` or `yaml: line 3: ...`. */
export function decodeError(code: DecodeErrorCode, message: string): CodedError<DecodeErrorCode> {
  return new CodedError(code, message);
}
