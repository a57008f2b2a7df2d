import { type ParseArgsConfig, parseArgs } from "node:util";
import { CodedError, messageOf } from "@pinnace/errors";

/** The command line cannot be followed; the remedy is how to type it. */
export class UsageError extends CodedError<"BAD_OPTION"> {
  constructor(message: string, usage?: string) {
    super("BAD_OPTION", message, usage === undefined ? {} : { remedy: `usage: ${usage}` });
  }
}

/** The values of known options; no positional arguments. Throws {@link UsageError} with one line. */
export function readOptions<const T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
  usage: string,
): ReturnType<typeof parseArgs<{ options: T }>>["values"] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError(messageOf(cause).split("\n")[0] ?? "", usage);
  }
}
