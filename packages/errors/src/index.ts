/**
 * Errors with codes.
 *
 * ```ts
 * import { CodedError, isCodedError } from "@pinnace/errors";
 *
 * const error = new CodedError("PORT_BUSY", "port 6443 is in use", { remedy: "choose another with --port" });
 * if (isCodedError(error)) process.stderr.write(`${error.message}; ${error.remedy}\n`);
 * ```
 *
 * @packageDocumentation
 */
export { CodedError, isCodedError, messageOf } from "./coded-error.ts";
