import type { Event } from "@pinnace/api";

/** Events by their last occurrence, then by name. */
export function oldestFirst(events: readonly Event[]): readonly Event[] {
  return events.toSorted((a, b) => timeOf(a) - timeOf(b) || nameOf(a).localeCompare(nameOf(b), "en"));
}

function timeOf({ lastTimestamp, eventTime, metadata }: Event): number {
  const text = lastTimestamp ?? eventTime ?? metadata?.creationTimestamp;
  return text ? Date.parse(text) : 0;
}

function nameOf({ metadata }: Event): string {
  return metadata?.name ?? "";
}
