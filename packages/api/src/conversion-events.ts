import type { Conversion, Draft } from "@pinnace/apimachinery";

/** Members by their name in events.k8s.io/v1, and in core/v1, the stored form. */
const NAMES: readonly (readonly [event: string, core: string])[] = [
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["reportingController", "reportingComponent"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
];

function rename(draft: Draft, from: 0 | 1): void {
  for (const names of NAMES) {
    const source = names[from];
    if (!Object.hasOwn(draft, source)) continue;
    draft[names[from === 0 ? 1 : 0]] = draft[source];
    delete draft[source];
  }
}

/** events.k8s.io/v1 Event is stored as core/v1 Event: the same facts under older names. */
export const eventsConversion: Conversion = {
  toStorage(draft) {
    rename(draft, 0);
    draft.apiVersion = "v1";
  },
  fromStorage(draft) {
    rename(draft, 1);
    draft.apiVersion = "events.k8s.io/v1";
  },
};

/** An event of events.k8s.io/v1 under the names of the core group; the event itself stays as it is. */
export function asCoreEvent(event: Draft): Draft {
  const view = { ...event };
  rename(view, 0);
  return view;
}
