/**
 * The logger contract, and a small logger that any sink can be put behind. Packages receive a `Logger` and are silent
 * unless an application gives them one that writes.
 *
 * ```ts
 * import { createLogger, formatText } from "@pinnace/logging";
 *
 * const lines: string[] = [];
 * const logger = createLogger({ clock: { now: () => 0 }, write: (record) => lines.push(formatText(record)) });
 * logger.child({ component: "scheduler" }).warn("no node fits", { pod: "default/web" });
 * // 1970-01-01T00:00:00.000Z WARN  no node fits component=scheduler pod=default/web
 * ```
 *
 * `@pinnace/logging/node` writes to a stream, `@pinnace/logging/module` binds `LOGGER` for inversify.
 *
 * @packageDocumentation
 */
export { createLogger, type LoggerOptions, type LogRecord } from "./create-logger.ts";
export { formatJson, formatText } from "./format.ts";
export { LOGGER, type LogFields, type Logger, type LogLevel, silentLogger } from "./logger.ts";
