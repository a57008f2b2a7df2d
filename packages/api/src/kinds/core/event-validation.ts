import type { Draft, FieldError } from "@pinnace/apimachinery";
import { fieldPath, invalidValue, required } from "@pinnace/apimachinery";
import { immutable, immutableStruct } from "../rules/equal.ts";
import { dnsSubdomain, qualifiedName } from "../rules/text.ts";

const LENGTHS: readonly (readonly [member: string, most: number, isNeeded: boolean])[] = [
  ["reportingInstance", 128, true],
  ["action", 128, true],
  ["reason", 128, true],
  ["message", 1024, false],
];
const NAMESPACE = fieldPath("involvedObject", "namespace");

function namespaceMatches({ metadata, involvedObject, eventTime }: Draft): boolean {
  const own = metadata?.namespace ?? "";
  const about = involvedObject?.namespace ?? "";
  if (eventTime) return about !== "" || own === "default" || own === "kube-system";
  return about === "" ? own === "" || own === "default" : own === about;
}

/**
 * Rules for every event, in core form. `reporter` is the name of the reporting member in the version that was asked for:
 * `reportingComponent` in core/v1, `reportingController` in events.k8s.io/v1.
 */
export function eventErrors(event: Draft, reporter: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!namespaceMatches(event)) {
    errors.push(invalidValue(NAMESPACE, event.involvedObject?.namespace ?? "", "does not match event.namespace"));
  }
  if (event.eventTime) {
    const at = fieldPath(reporter);
    const name = event.reportingComponent ?? "";
    if (name === "") errors.push(required(at));
    for (const message of qualifiedName(name)) errors.push(invalidValue(at, name, message));
    for (const [member, most, isNeeded] of LENGTHS) {
      const value = event[member] ?? "";
      if (isNeeded && value === "") errors.push(required(fieldPath(member)));
      if (value.length > most) errors.push(invalidValue(fieldPath(member), "", `can have at most ${most} characters`));
    }
  }
  const namespace = event.metadata?.namespace ?? "";
  for (const message of dnsSubdomain(namespace)) errors.push(invalidValue(fieldPath("namespace"), namespace, message));
  return errors;
}

function seriesErrors({ series }: Draft): FieldError[] {
  if (!series) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalidValue(fieldPath("series.count"), "", "should be at least 2"));
  if (!series.lastObservedTime) errors.push(required(fieldPath("series.lastObservedTime")));
  return errors;
}

const UNSET = "needs to be unset";

const STRUCTS: Readonly<Record<string, string>> = {
  involvedObject: "ObjectReference",
  related: "ObjectReference",
  source: "EventSource",
};

/** What events.k8s.io/v1 asks of a new event besides {@link eventErrors}. */
export function strictEventErrors(event: Draft): FieldError[] {
  const errors = seriesErrors(event);
  if (!event.eventTime) errors.push(required(fieldPath("eventTime")));
  if (event.type !== "Normal" && event.type !== "Warning") {
    errors.push(invalidValue(fieldPath("type"), "", `has invalid value: ${event.type ?? ""}`));
  }
  for (const member of ["firstTimestamp", "lastTimestamp", "count"]) {
    if (event[member]) errors.push(invalidValue(fieldPath(member), "", UNSET));
  }
  const { component, host } = event.source ?? {};
  if (component || host) errors.push(invalidValue(fieldPath("source"), "", UNSET));
  return errors;
}

const FROZEN = [
  ["involvedObject"],
  ["reason"],
  ["message"],
  ["source"],
  ["firstTimestamp"],
  ["lastTimestamp"],
  ["count"],
  ["reason"],
  ["type"],
  ["eventTime"],
  ["action"],
  ["related"],
  ["reportingComponent", "reportingController"],
  ["reportingInstance"],
] as const;

/** What events.k8s.io/v1 asks of a changed event: only its series moves on. */
export function strictEventUpdateErrors(event: Draft, old: Draft): FieldError[] {
  const moved = JSON.stringify(event.series) !== JSON.stringify(old.series);
  const errors = moved ? seriesErrors(event) : [];
  for (const [member, spelling = member] of FROZEN) {
    const struct = STRUCTS[member];
    const change = struct === undefined ? immutable : immutableStruct.bind(undefined, struct);
    errors.push(...change(event[member], old[member], fieldPath(spelling)));
  }
  return errors;
}
