import { isObject, type MutableObject, setMember } from "../member.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";
import { elementOf, itemsByElement } from "./list-items.ts";
import type { PathElement } from "./path-element.ts";

/**
 * Merges an applied configuration into the live object: the applied value wins, associative lists and granular maps are merged item
 * by item. Changes nothing and shares what it can.
 */
export function mergeTyped(live: unknown, applied: unknown, written: FieldType): unknown {
  if (applied === undefined || live === applied) return live;
  if (live === undefined) return applied;
  const type = typeFor(written, applied);
  if (type.kind === "scalar" || type.atomic) return applied;
  if (type.kind === "list") return mergeLists(live, applied, type);
  return mergeMaps(live, applied, type);
}

function mergeMaps(live: unknown, applied: unknown, type: MapFieldType): unknown {
  if (!isObject(live) || Object.keys(live).length === 0) return applied;
  if (!isObject(applied)) return live;
  const merged: MutableObject = { ...live };
  for (const name of Object.keys(applied)) {
    const member = type.member(name);
    if (member === undefined) continue;
    setMember(merged, name, mergeTyped(Object.hasOwn(live, name) ? live[name] : undefined, applied[name], member));
  }
  return merged;
}

/**
 * The applied items in their order; items that only the live list has stay between the shared items that they stand between, as far
 * as the applied order allows.
 */
function mergeLists(live: unknown, applied: unknown, type: ListFieldType): unknown {
  if (!Array.isArray(live) || live.length === 0) return applied;
  if (!Array.isArray(applied)) return live;
  const liveItems = itemsByElement(live, type);
  const appliedItems = itemsByElement(applied, type);
  const merger = new ListMerger(live, applied, liveItems, appliedItems, type);
  for (const element of appliedItems.keys()) if (liveItems.has(element)) merger.mergeUpTo(element);
  return merger.finish();
}

class ListMerger {
  readonly #live: readonly unknown[];
  readonly #applied: readonly unknown[];
  readonly #liveItems: ReadonlyMap<PathElement, readonly unknown[]>;
  readonly #appliedItems: ReadonlyMap<PathElement, readonly unknown[]>;
  readonly #type: ListFieldType;
  readonly #merged: unknown[] = [];
  #nextLive = 0;
  #nextApplied = 0;

  constructor(
    live: readonly unknown[],
    applied: readonly unknown[],
    liveItems: ReadonlyMap<PathElement, readonly unknown[]>,
    appliedItems: ReadonlyMap<PathElement, readonly unknown[]>,
    type: ListFieldType,
  ) {
    this.#live = live;
    this.#applied = applied;
    this.#liveItems = liveItems;
    this.#appliedItems = appliedItems;
    this.#type = type;
  }

  /** Emits live-only items that stand before the shared item, then applied items up to and including it. */
  mergeUpTo(shared: PathElement): void {
    this.#emitLive(shared);
    while (this.#nextApplied < this.#applied.length) {
      if (this.#emitApplied() === shared) break;
    }
  }

  finish(): readonly unknown[] {
    this.#emitLive(undefined);
    while (this.#nextApplied < this.#applied.length) this.#emitApplied();
    return this.#merged;
  }

  #emitLive(until: PathElement | undefined): void {
    while (this.#nextLive < this.#live.length) {
      const item = this.#live[this.#nextLive++];
      const element = elementOf(item, this.#type);
      if (element === until) return;
      if (typeof element !== "string" || !this.#appliedItems.has(element)) this.#merged.push(item);
    }
  }

  #emitApplied(): PathElement | undefined {
    const item = this.#applied[this.#nextApplied++];
    const element = elementOf(item, this.#type);
    if (typeof element !== "string") return undefined;
    const same = this.#liveItems.get(element);
    const live = same?.length === 1 ? same[0] : undefined;
    this.#merged.push(mergeTyped(live, item, this.#type.element()));
    return element;
  }
}
