import type { Draft } from "@pinnace/apimachinery";
import { asCoreEvent } from "../../conversion-events.ts";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { EVENT_COLUMNS } from "../core/columns.ts";
import { eventCells, eventFieldNames, eventFields } from "../core/event.ts";
import { eventErrors, strictEventErrors, strictEventUpdateErrors } from "../core/event-validation.ts";
import { UPSERT } from "../tables/kind.ts";

const REPORTER = "reportingController";

/** Event (events.k8s.io/v1): stricter than core/v1, stored as core/v1. */
export const eventsEvent: KindBehaviour = {
  columns: EVENT_COLUMNS,
  cells: (object, context) => eventCells(asCoreEvent(object), context),
  fieldNames: [...eventFieldNames("regarding"), "reason", REPORTER, "type"],
  fields: (object: Draft) => eventFields(asCoreEvent(object), "regarding", REPORTER),
  strategy: {
    ...UPSERT,
    prepareForCreate: () => undefined,
    prepareForUpdate: () => undefined,
    validate: (object) => {
      const view = asCoreEvent(object);
      return [...eventErrors(view, REPORTER), ...strictEventErrors(view)];
    },
    validateUpdate: (object, old) => {
      const view = asCoreEvent(object);
      return [...eventErrors(view, REPORTER), ...strictEventUpdateErrors(view, asCoreEvent(old))];
    },
  },
};
