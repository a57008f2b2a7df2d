/** An instant as the API writes times: RFC 3339, UTC, whole seconds. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** An instant as the API writes MicroTime: RFC 3339, UTC, six digits. */
export function microTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

/** Milliseconds since the epoch of an API time; undefined for none. */
export function parseTimestamp(time: string | null | undefined): number | undefined {
  return time ? Date.parse(time) : undefined;
}
