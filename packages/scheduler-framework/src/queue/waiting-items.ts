import type { ClusterEvent } from "../contract/events.ts";
import type { EventInterest } from "./event-interest.ts";
import type { QueueItem } from "./queue-item.ts";

/** Pods that wait for the same plugins of the same profile. */
interface Group {
  readonly sample: QueueItem;
  readonly items: Map<string, QueueItem>;
}

/**
 * Pods that wait for something to happen. They are many and the reasons for which they wait are few: an event that helps no
 * pod of a reason costs nothing for each of them.
 */
export class WaitingItems {
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<string, Group>();

  get size(): number {
    return this.#groupOf.size;
  }

  has(uid: string): boolean {
    return this.#groupOf.has(uid);
  }

  get(uid: string): QueueItem | undefined {
    return this.#groupOf.get(uid)?.items.get(uid);
  }

  /** What the item waits for must not change while it is here. */
  set(uid: string, item: QueueItem): void {
    const key = keyOf(item);
    const before = this.#groupOf.get(uid);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { sample: { ...item }, items: new Map() };
      this.#groups.set(key, group);
    }
    if (before !== undefined && before !== group) this.delete(uid);
    group.items.set(uid, item);
    this.#groupOf.set(uid, group);
  }

  delete(uid: string): void {
    const group = this.#groupOf.get(uid);
    if (group === undefined) return;
    this.#groupOf.delete(uid);
    group.items.delete(uid);
    if (group.items.size === 0) this.#groups.delete(keyOf(group.sample));
  }

  *values(): Iterable<QueueItem> {
    for (const { items } of this.#groups.values()) yield* items.values();
  }

  /** The pods that wait for a plugin which cares for the event; `interestOf` gives what the plugins of an item's profile care for. */
  concernedBy(event: ClusterEvent, interestOf: (item: QueueItem) => EventInterest): readonly QueueItem[] {
    const found: QueueItem[] = [];
    for (const { sample, items } of this.#groups.values()) {
      if (isConcerned(sample, event, interestOf(sample))) found.push(...items.values());
    }
    return found;
  }
}

function isConcerned(item: QueueItem, event: ClusterEvent, interest: EventInterest): boolean {
  const { gatedBy, unschedulablePlugins, pendingPlugins } = item;
  const plugins = interest.in(event);
  if (gatedBy !== undefined && !plugins.some(({ plugin }) => plugin === gatedBy)) return false;
  return plugins.some(({ plugin }) => unschedulablePlugins.has(plugin) || pendingPlugins.has(plugin));
}

/** What decides which events concern an item. */
function keyOf({ pod, gatedBy = "", unschedulablePlugins, pendingPlugins }: QueueItem): string {
  const names = (plugins: ReadonlySet<string>): string => [...plugins].sort().join(",");
  const profile = pod.pod.spec?.schedulerName ?? "";
  return `${profile}|${gatedBy}|${names(unschedulablePlugins)}|${names(pendingPlugins)}`;
}
