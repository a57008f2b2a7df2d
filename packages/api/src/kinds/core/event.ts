import type { Draft, Json } from "@pinnace/apimachinery";
import { nameIsPathSegment } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { type CellContext, name, since } from "../tables/cell.ts";
import { UPSERT } from "../tables/kind.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { eventErrors } from "./event-validation.ts";

function sourceText({ source = {}, reportingComponent, reportingInstance }: Draft): string {
  const component = source.component || reportingComponent || "";
  const instance = source.host || reportingInstance || "";
  return instance === "" ? component : `${component}, ${instance}`;
}

/** The cells of an event in core form. */
export function eventCells(event: Draft, context: CellContext): Json[] {
  const first = since(event.firstTimestamp || event.eventTime, context);
  const last = event.lastTimestamp ? since(event.lastTimestamp, context) : first;
  const { kind = "", name: about = "", fieldPath = "" } = event.involvedObject ?? {};
  return [
    event.series ? since(event.series.lastObservedTime, context) : last,
    event.type ?? "",
    event.reason ?? "",
    about ? `${kind.toLowerCase()}/${about}` : kind.toLowerCase(),
    fieldPath,
    sourceText(event),
    (event.message ?? "").trim(),
    first,
    event.series ? (event.series.count ?? 0) : event.count || 1,
    name(event),
  ];
}

const ABOUT = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const;

/** The selectable fields of an event in core form, with `prefix` for the object it is about. */
export function eventFields(event: Draft, prefix: string, reporter: string): Record<string, string> {
  const values: Record<string, string> = {
    reason: event.reason ?? "",
    [reporter]: event.reportingComponent ?? "",
    source: event.source?.component || event.reportingComponent || "",
    type: event.type ?? "",
  };
  for (const member of ABOUT) values[`${prefix}.${member}`] = event.involvedObject?.[member] ?? "";
  return values;
}

/** The names of those. */
export function eventFieldNames(prefix: string): string[] {
  return ABOUT.map((member) => `${prefix}.${member}`);
}

/** Event (core/v1), the stored form of events of both groups. */
export const event: KindBehaviour = {
  columns: EVENT_COLUMNS,
  cells: eventCells,
  fieldNames: [...eventFieldNames("involvedObject"), "reason", "reportingComponent", "source", "type"],
  fields: (object: Draft) => eventFields(object, "involvedObject", "reportingComponent"),
  strategy: {
    ...UPSERT,
    validateName: nameIsPathSegment,
    prepareForCreate: () => undefined,
    prepareForUpdate: () => undefined,
    validate: (object) => eventErrors(object, "reportingComponent"),
    validateUpdate: (object) => eventErrors(object, "reportingComponent"),
  },
};
