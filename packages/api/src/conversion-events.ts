import type { Conversion, Draft } from "@pinnace/apimachinery";

/** Members of events.k8s.io/v1 Event and what core/v1 Event calls them. */
const renamed = [
  ["regarding", "involvedObject"],
  ["note", "message"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
  ["reportingController", "reportingComponent"],
] as const;

function rename(draft: Draft, from: string, to: string): void {
  if (draft[from] === undefined) return;
  draft[to] = draft[from];
  delete draft[from];
}

/** events.k8s.io/v1 Event is stored as core/v1 Event: the same facts under older names. */
export const eventsConversion: Conversion = {
  toStorage(draft) {
    for (const [newer, older] of renamed) rename(draft, newer, older);
    draft.apiVersion = "v1";
  },
  fromStorage(draft) {
    for (const [newer, older] of renamed) rename(draft, older, newer);
    draft.apiVersion = "events.k8s.io/v1";
  },
};
