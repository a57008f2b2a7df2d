import type { Entry, StoreEvent, Transaction } from "../store.ts";
import type { KeyTree } from "./key-tree.ts";

/** What a transaction does to a tree. */
export type Evaluation =
  | { readonly succeeded: true; readonly events: readonly StoreEvent[] }
  | { readonly succeeded: false; readonly current: readonly (Entry | undefined)[] };

/**
 * Checks the conditions of a valid transaction against `tree` and, when they hold, changes the tree. No events mean that
 * nothing changed and that `revision`, the one after the newest, is still free.
 */
export function evaluate(tree: KeyTree, transaction: Transaction, revision: number): Evaluation {
  const held = transaction.when.every(({ key, modRevision }) => (tree.get(key)?.modRevision ?? 0) === modRevision);
  if (!held) return { succeeded: false, current: transaction.when.map(({ key }) => tree.get(key)) };
  const events: StoreEvent[] = [];
  for (const mutation of transaction.then) {
    if (mutation.type === "put") {
      const { key, value } = mutation;
      events.push(put(tree, key, value, revision));
      continue;
    }
    const previous = tree.delete(mutation.key);
    if (previous !== undefined) events.push(Object.freeze({ type: "delete", key: mutation.key, previous, revision }));
  }
  return { succeeded: true, events };
}

function put(tree: KeyTree, key: string, value: Entry["value"], revision: number): StoreEvent {
  const before = tree.get(key);
  const createRevision = before?.createRevision ?? revision;
  const entry: Entry = Object.freeze({ key, value, createRevision, modRevision: revision });
  const previous = tree.set(entry);
  return Object.freeze({ type: "put", entry, previous, revision });
}

/** Undoes an event on a tree that has it as its newest. */
export function undo(tree: KeyTree, event: StoreEvent): void {
  if (event.previous !== undefined) tree.set(event.previous);
  else if (event.type === "put") tree.delete(event.entry.key);
}
