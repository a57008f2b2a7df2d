/** RFC 3339 with whole seconds, UTC, as metav1.Time is written. `instant` is in milliseconds since the epoch. */
export function rfc3339(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as metav1.MicroTime is written. */
export function rfc3339Micro(instant: number): string {
  const micros = Math.round((instant - Math.floor(instant)) * 1000);
  return `${new Date(Math.floor(instant)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, "0")}Z`;
}
