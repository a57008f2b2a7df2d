import type { Conversion, Draft } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { EVENT_COLUMNS } from "../core/columns.ts";
import { eventCells, eventFieldNames, eventFields } from "../core/event.ts";
import { eventErrors, strictEventErrors, strictEventUpdateErrors } from "../core/event-validation.ts";
import { UPSERT } from "../tables/kind.ts";

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

/** Between events.k8s.io/v1 and core/v1. */
const eventConversion: Conversion = {
  toStorage: (draft) => {
    rename(draft, 0);
    draft.apiVersion = "v1";
  },
  fromStorage: (draft) => {
    rename(draft, 1);
    draft.apiVersion = "events.k8s.io/v1";
  },
};

/** An event of this version, seen in core form. */
function core(event: Draft): Draft {
  const view = { ...event };
  rename(view, 0);
  return view;
}

const REPORTER = "reportingController";

/** Event (events.k8s.io/v1): stricter than core/v1, stored as core/v1. */
export const eventsEvent: KindBehaviour = {
  conversion: eventConversion,
  columns: EVENT_COLUMNS,
  cells: (object, context) => eventCells(core(object), context),
  fieldNames: [...eventFieldNames("regarding"), "reason", REPORTER, "type"],
  fields: (object: Draft) => eventFields(core(object), "regarding", REPORTER),
  strategy: {
    ...UPSERT,
    prepareForCreate: () => undefined,
    prepareForUpdate: () => undefined,
    validate: (object) => {
      const view = core(object);
      return [...eventErrors(view, REPORTER), ...strictEventErrors(view)];
    },
    validateUpdate: (object, old) => {
      const view = core(object);
      return [...eventErrors(view, REPORTER), ...strictEventUpdateErrors(view, core(old))];
    },
  },
};
