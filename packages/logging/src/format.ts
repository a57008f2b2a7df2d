import type { LogRecord } from "./create-logger.ts";

/** What an `Error` looks like as a field. */
function plainError(error: Error): Record<string, unknown> {
  const code = (error as { code?: unknown }).code;
  return { message: error.message, ...(code === undefined ? {} : { code }), stack: error.stack };
}

/** One JSON object per line: `time` (RFC 3339), `level`, `msg`, then the fields. No newline at the end. */
export function formatJson(record: LogRecord): string {
  const fields = Object.entries(record.fields).map(([key, value]) => [
    key,
    value instanceof Error ? plainError(value) : value,
  ]);
  const line = { time: new Date(record.time).toISOString(), level: record.level, msg: record.message };
  return JSON.stringify({ ...line, ...Object.fromEntries(fields) }, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

/** `2026-01-02T03:04:05.678Z WARN  message key=value` for people; values with spaces are quoted. No newline at the end. */
export function formatText(record: LogRecord): string {
  let line = `${new Date(record.time).toISOString()} ${record.level.toUpperCase().padEnd(5)} ${record.message}`;
  for (const [key, value] of Object.entries(record.fields)) {
    const text = value instanceof Error ? value.message : typeof value === "string" ? value : JSON.stringify(value);
    line += ` ${key}=${/[\s"=]/.test(text ?? "") ? JSON.stringify(text) : text}`;
  }
  return line;
}
