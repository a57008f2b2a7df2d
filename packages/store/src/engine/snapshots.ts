import type { History } from "./history.ts";
import type { KeyTree } from "./key-tree.ts";
import { undo } from "./transact.ts";

/** Readers of pages come back soon, and to few snapshots. */
const KEPT = 8;

/** Trees of past revisions: kept while somebody reads them page by page, else made from the newest by undoing events. */
export class Snapshots {
  readonly #kept = new Map<number, KeyTree>();

  /** Keeps `tree`, which is that of `revision`, as it is now. */
  keep(revision: number, tree: KeyTree): KeyTree {
    const snapshot = this.#kept.get(revision) ?? tree.snapshot();
    // Deleting first makes it the youngest.
    this.#kept.delete(revision);
    this.#kept.set(revision, snapshot);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return snapshot;
  }

  /** The tree of a revision that is not compacted; `newest` is the tree of the newest one. */
  at(revision: number, newest: KeyTree, history: History): KeyTree {
    const kept = this.#kept.get(revision);
    if (kept !== undefined) return this.keep(revision, kept);
    const tree = newest.snapshot();
    for (const event of history.backTo(revision)) undo(tree, event);
    return this.keep(revision, tree);
  }

  /** Forgets snapshots before `revision`. */
  compact(revision: number): void {
    for (const kept of this.#kept.keys()) if (kept < revision) this.#kept.delete(kept);
  }
}
