import type { Event } from "@pinnace/api";
import type { KubernetesObject } from "@pinnace/apimachinery";

/** Events that differ only in their message are combined after this many within {@link AGGREGATION_INTERVAL}. */
const MAX_SIMILAR = 10;
/** Milliseconds. */
const AGGREGATION_INTERVAL = 600_000;
/** Events about one object that one source may send at once. */
const SPAM_BURST = 25;
/** Milliseconds until one more may be sent. */
const SPAM_REFILL = 300_000;
const MAX_REMEMBERED = 4096;

/** What a component wants to record. */
export interface EventDraft {
  readonly regarding: KubernetesObject;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** What the recorder does about it. `present` is the event that is counted up. */
export type Correlation =
  | { readonly action: "drop" }
  | { readonly action: "create"; readonly message: string; readonly key: string }
  | { readonly action: "count"; readonly message: string; readonly key: string; readonly present: Event };

/**
 * Decides whether an event is new, is one more of a kind, or is too much: client-go's EventCorrelator. Similar events are
 * combined under one message, equal ones are counted, and a source that floods one object is cut.
 */
export class EventCorrelator {
  readonly #similar = new Recent<{ readonly messages: Set<string>; readonly last: number }>();
  readonly #known = new Recent<Event>();
  readonly #budgets = new Recent<{ readonly tokens: number; readonly at: number }>();

  correlate(draft: EventDraft, now: number): Correlation {
    const object = objectIdentity(draft.regarding, draft.fieldPath);
    const aggregate = [object, draft.type, draft.reason].join("|");
    const combined = this.#isCombined(aggregate, draft.message, now);
    const message = combined ? `(combined from similar events): ${draft.message}` : draft.message;
    const key = combined ? aggregate : `${aggregate}|${draft.message}`;
    if (!this.#allowed(objectIdentity(draft.regarding), now)) return { action: "drop" };
    const present = this.#known.get(key);
    return present === undefined ? { action: "create", message, key } : { action: "count", message, key, present };
  }

  /** Remembers what the server has stored under `key`. */
  stored(key: string, event: Event): void {
    this.#known.set(key, event);
  }

  #isCombined(aggregate: string, message: string, now: number): boolean {
    const present = this.#similar.get(aggregate);
    const fresh = present === undefined || now - present.last > AGGREGATION_INTERVAL;
    const messages = fresh ? new Set<string>() : present.messages;
    messages.add(message);
    this.#similar.set(aggregate, { messages, last: now });
    if (messages.size < MAX_SIMILAR) return false;
    // Keeps the set from growing: one place stays free for the next message.
    const oldest = messages.values().next();
    if (!oldest.done) messages.delete(oldest.value);
    return true;
  }

  #allowed(source: string, now: number): boolean {
    const present = this.#budgets.get(source);
    const tokens =
      present === undefined ? SPAM_BURST : Math.min(SPAM_BURST, present.tokens + (now - present.at) / SPAM_REFILL);
    const allowed = tokens >= 1;
    this.#budgets.set(source, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed;
  }
}

/** A map that forgets what was not used for longest. */
class Recent<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= MAX_REMEMBERED) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}

function objectIdentity(object: KubernetesObject, fieldPath = ""): string {
  const { namespace = "", name = "", uid = "" } = object.metadata ?? {};
  return [object.apiVersion ?? "", object.kind ?? "", namespace, name, uid, fieldPath].join("|");
}
