import type { Pod, Service } from "@pinnace/api";
import { timeOf } from "@pinnace/apimachinery";
import { findCondition } from "@pinnace/controller-runtime";

/** On Endpoints and slices: when what they changed for happened, for measuring how long the network takes to follow. */
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

interface Seen {
  service: string | undefined;
  pods: ReadonlyMap<string, string>;
}

/** Finds out since when a service's endpoints ought to be other than they are. */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** The earliest change since the last call for `key` (RFC 3339), or undefined when there is none that has a time. */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const created = service.metadata?.creationTimestamp ?? undefined;
    const changes: string[] = [];
    if (created !== undefined && created !== before?.service) changes.push(created);
    const times = new Map<string, string>();
    for (const { metadata, status } of pods) {
      const time = findCondition(status?.conditions, "Ready")?.lastTransitionTime ?? undefined;
      if (time === undefined) continue;
      const name = metadata?.name ?? "";
      times.set(name, time);
      if (before !== undefined && isLater(time, before.pods.get(name))) changes.push(time);
    }
    this.#seen.set(key, { service: created, pods: times });
    return changes.sort()[0];
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function isLater(time: string, before: string | undefined): boolean {
  return before === undefined || (timeOf(time) ?? 0) > (timeOf(before) ?? 0);
}

/** Annotations with the time, or without it when it is not known. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): { readonly annotations?: Readonly<Record<string, string>> } {
  const { [TRIGGER_TIME]: _, ...others } = annotations ?? {};
  const next = time === undefined ? others : { ...others, [TRIGGER_TIME]: time };
  return Object.keys(next).length === 0 ? {} : { annotations: next };
}
