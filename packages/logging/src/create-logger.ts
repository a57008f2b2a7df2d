import type { Clock } from "@pinnace/clock";
import type { LogFields, Logger, LogLevel } from "./logger.ts";

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** One line before it is formatted. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface LoggerOptions {
  readonly clock: Pick<Clock, "now">;
  /** Receives each record that is not below `level`. Must not throw. */
  readonly write: (record: LogRecord) => void;
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel;
  readonly fields?: LogFields;
}

/** A {@link Logger} that hands records to a function. */
export function createLogger(options: LoggerOptions): Logger {
  const least = ORDER[options.level ?? "info"];
  const fields = options.fields ?? {};
  const log = (level: LogLevel, message: string, more?: LogFields): void => {
    if (ORDER[level] < least) return;
    options.write({ time: options.clock.now(), level, message, fields: more ? { ...fields, ...more } : fields });
  };
  return {
    debug: (message, more) => log("debug", message, more),
    info: (message, more) => log("info", message, more),
    warn: (message, more) => log("warn", message, more),
    error: (message, more) => log("error", message, more),
    child: (more) => createLogger({ ...options, fields: { ...fields, ...more } }),
  };
}
