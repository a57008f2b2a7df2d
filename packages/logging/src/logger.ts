/** The DI token of the root {@link Logger}. */
export const LOGGER: unique symbol = Symbol.for("pinnace.logging.logger") as never;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Structured fields of a line: plain values; an `Error` is written with its message, code and stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What components log to. Packages are silent by default ({@link silentLogger}); an app decides what is written where.
 * A logger never throws and never blocks.
 */
export interface Logger {
  /** Details for somebody who debugs the component. */
  debug(message: string, fields?: LogFields): void;
  /** What an operator wants to know without looking for it. */
  info(message: string, fields?: LogFields): void;
  /** Something is wrong and the component goes on. */
  warn(message: string, fields?: LogFields): void;
  /** Something was lost or refused that should not have been. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its lines. By convention a component adds `{ component: "scheduler" }`. */
  child(fields: LogFields): Logger;
}

/** A logger that drops everything. */
export const silentLogger: Logger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
});
