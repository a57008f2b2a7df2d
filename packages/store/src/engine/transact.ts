import type { Condition, Entry, Mutation, StoreEvent, Value } from "../store.ts";
import type { KeyTree } from "./key-tree.ts";

/** Undefined when all conditions hold, else the entries of all condition keys, in their order. */
export function unmet(tree: KeyTree, conditions: readonly Condition[]): (Entry | undefined)[] | undefined {
  const held = conditions.every(({ key, modRevision }) => (tree.get(key)?.modRevision ?? 0) === modRevision);
  return held ? undefined : conditions.map(({ key }) => tree.get(key));
}

/**
 * Changes the tree by valid mutations, at `revision`, the one after its newest. Returns one event for each change; none
 * means that nothing changed and that the revision is still free.
 */
export function apply(tree: KeyTree, mutations: readonly Mutation[], revision: number): StoreEvent[] {
  const events: StoreEvent[] = [];
  for (const mutation of mutations) {
    if (mutation.type === "put") {
      events.push(put(tree, mutation.key, mutation.value, revision));
      continue;
    }
    const previous = tree.delete(mutation.key);
    if (previous !== undefined) events.push(Object.freeze({ type: "delete", key: mutation.key, previous, revision }));
  }
  return events;
}

function put(tree: KeyTree, key: string, value: Value, revision: number): StoreEvent {
  let previous: Entry | undefined;
  let entry: Entry | undefined;
  tree.put(key, (before) => {
    previous = before;
    entry = Object.freeze({ key, value, createRevision: before?.createRevision ?? revision, modRevision: revision });
    return entry;
  });
  return Object.freeze({ type: "put", entry: entry as unknown as Entry, previous, revision });
}

/** Undoes an event on a tree that has it as its newest. */
export function undo(tree: KeyTree, event: StoreEvent): void {
  if (event.previous !== undefined) tree.set(event.previous);
  else if (event.type === "put") tree.delete(event.entry.key);
}
