import type { Event } from "@pinnace/api";
import { type KubernetesObject, objectKey } from "@pinnace/apimachinery";

const MAX_OBJECTS = 10;
const MAX_WARNINGS = 10;

/** Objects with their statuses and the latest warnings, for somebody who wonders why nothing happens. */
export function describeState(objects: readonly KubernetesObject[], events: readonly Event[]): string {
  const shown = objects.slice(0, MAX_OBJECTS).map((object) => `  ${objectKey(object)}: ${statusOf(object)}`);
  const more = objects.length > MAX_OBJECTS ? [`  and ${objects.length - MAX_OBJECTS} more`] : [];
  const warnings = events
    .filter(({ type }) => type === "Warning")
    .slice(-MAX_WARNINGS)
    .map(
      ({ involvedObject, reason, message }) => `  ${involvedObject.kind} ${involvedObject.name}: ${reason}: ${message}`,
    );
  return [
    objects.length === 0 ? "there is none" : "what there is:",
    ...shown,
    ...more,
    ...(warnings.length === 0 ? [] : ["the latest warnings:", ...warnings]),
  ].join("\n");
}

function statusOf(object: KubernetesObject): string {
  const { status } = object as { readonly status?: unknown };
  return status === undefined ? "no status" : JSON.stringify(status);
}
