import type { Clock } from "@pinnace/clock";
import { createLogger } from "../create-logger.ts";
import { formatJson, formatText } from "../format.ts";
import type { Logger, LogLevel } from "../logger.ts";

export interface StreamLoggerOptions {
  readonly clock: Pick<Clock, "now">;
  /** Where lines go: standard error, a file's write stream. */
  readonly stream: { write(text: string): unknown };
  readonly level?: LogLevel;
  /** Default `text`. */
  readonly format?: "text" | "json";
}

/** A logger that writes lines to a Node stream. */
export function createStreamLogger({ clock, stream, level, format }: StreamLoggerOptions): Logger {
  const render = format === "json" ? formatJson : formatText;
  return createLogger({
    clock,
    ...(level === undefined ? {} : { level }),
    write: (record) => void stream.write(`${render(record)}\n`),
  });
}
