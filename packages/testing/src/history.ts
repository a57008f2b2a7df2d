import { deepFreeze, type KubernetesObject, objectKey } from "@pinnace/apimachinery";
import type { Clock } from "@pinnace/clock";
import type { Store, StoreEvent } from "@pinnace/store";

/** One change of one object. */
export interface HistoryEntry {
  /** Milliseconds since the epoch, on the cluster's clock. */
  readonly time: number;
  /** The resourceVersion that the change brought. */
  readonly revision: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly kind: string;
  /** `namespace/name`, or `name` when it has no namespace. */
  readonly key: string;
  /** The object after the change; of a deletion, before it. As it is stored: without `resourceVersion`. */
  readonly object: KubernetesObject;
}

export interface HistoryRecorder {
  entries(): readonly HistoryEntry[];
  stop(): void;
}

interface Recorded {
  readonly time: number;
  readonly event: StoreEvent;
}

/** Keeps what the store announces; decoding waits until somebody asks. */
export function recordHistory(store: Store, clock: Clock): HistoryRecorder {
  const recorded: Recorded[] = [];
  const decoded: HistoryEntry[] = [];
  const subscription = store.watch("").subscribe({
    next: (event) => void recorded.push({ time: clock.now(), event }),
    // The store was closed: what happened until then stays readable.
    error: () => undefined,
  });
  return {
    entries: () => {
      for (const each of recorded.slice(decoded.length)) decoded.push(decode(each));
      return [...decoded];
    },
    stop: () => subscription.unsubscribe(),
  };
}

const decoder = new TextDecoder();

function decode({ time, event }: Recorded): HistoryEntry {
  const entry = event.type === "put" ? event.entry : event.previous;
  const object: KubernetesObject =
    entry === undefined ? {} : deepFreeze(JSON.parse(decoder.decode(entry.value.bytes())) as KubernetesObject);
  const type = event.type === "delete" ? "DELETED" : event.previous === undefined ? "ADDED" : "MODIFIED";
  return { time, revision: event.revision, type, kind: object.kind ?? "", key: objectKey(object), object };
}
