import type { Schema, SchemaResolver } from "../schema.ts";
import { type Comparison, compareTyped } from "./compare-typed.ts";
import type { Conflict } from "./conflict.ts";
import { FieldSet } from "./field-set.ts";
import { type FieldType, fieldTypeOf } from "./field-type.ts";
import { type Manager, type Managers, managerKey } from "./managers.ts";
import { withNamedFields } from "./named-members.ts";
import { removeItems } from "./remove-items.ts";
import { toFieldSet } from "./to-field-set.ts";

/** How an object looks at another version; the identity when the versions do not differ. */
export interface VersionView {
  readonly schema: Schema;
  readonly resolve: SchemaResolver;
  /** From the field manager's own version to this one. */
  to(object: unknown): unknown;
  /** Back to the field manager's own version. */
  from(object: unknown): unknown;
}

/** Finds a version of the same kind; undefined when it is not served any more, so that its managers are forgotten. */
export type VersionViews = (apiVersion: string) => VersionView | undefined;

/** A version ready for the walks. */
interface TypedView {
  readonly type: FieldType;
  to(object: unknown): unknown;
  from(object: unknown): unknown;
}

/** The arithmetic of field ownership over the versions of one kind. */
export class Ownership {
  readonly apiVersion: string;
  readonly type: FieldType;
  readonly #views: VersionViews | undefined;
  /** Fields that writes of this path cannot change and nobody gets to own. */
  readonly #ignored: FieldSet;

  constructor(
    apiVersion: string,
    schema: Schema,
    resolve: SchemaResolver,
    ignored: FieldSet,
    views: VersionViews | undefined,
  ) {
    this.apiVersion = apiVersion;
    this.type = fieldTypeOf(schema, resolve);
    this.#ignored = ignored;
    this.#views = views;
  }

  #view(apiVersion: string): TypedView | undefined {
    const same = { type: this.type, to: (object: unknown) => object, from: (object: unknown) => object };
    if (apiVersion === this.apiVersion || this.#views === undefined) return same;
    const view = this.#views(apiVersion);
    return view === undefined ? undefined : { ...view, type: fieldTypeOf(view.schema, view.resolve) };
  }

  /** What changed, as this version shows it. */
  compare(before: unknown, after: unknown): Comparison {
    return this.#without(compareTyped(before, after, this.type));
  }

  #without({ removed, modified, added }: Comparison): Comparison {
    return {
      removed: removed.recursiveDifference(this.#ignored),
      modified: modified.recursiveDifference(this.#ignored),
      added: added.recursiveDifference(this.#ignored),
    };
  }

  /** The fields that an applied configuration owns. */
  appliedSet(applied: unknown): FieldSet {
    return toFieldSet(applied, this.type).recursiveDifference(this.#ignored);
  }

  /**
   * Takes changed and removed fields from all managers but `self`; says which of them were in conflict. `managers` changes only
   * when `commit` allows the conflicts. `changes` is what {@link Ownership.compare} says of the two objects.
   */
  transfer(
    before: unknown,
    after: unknown,
    changes: Comparison,
    managers: Managers,
    self: string | undefined,
    commit: (conflicts: readonly Conflict[]) => boolean,
  ): readonly Conflict[] {
    const comparisons = new Map<string, Comparison | undefined>([[this.apiVersion, changes]]);
    const left: Managers = new Map();
    const conflicts: Conflict[] = [];
    for (const [key, manager] of sortedManagers(managers)) {
      if (key === self) {
        left.set(key, manager);
        continue;
      }
      const comparison = this.#comparison(before, after, manager.apiVersion, comparisons);
      if (comparison === undefined) continue;
      const conflict = manager.set.intersection(comparison.modified.union(comparison.added));
      if (!conflict.isEmpty) conflicts.push({ manager, set: conflict });
      const set = manager.set.difference(conflict).difference(comparison.removed);
      if (!set.isEmpty) left.set(key, set === manager.set ? manager : { ...manager, set });
    }
    if (commit(conflicts)) {
      managers.clear();
      for (const [key, manager] of left) if (!manager.set.isEmpty) managers.set(key, manager);
    }
    return conflicts;
  }

  #comparison(
    before: unknown,
    after: unknown,
    apiVersion: string,
    known: Map<string, Comparison | undefined>,
  ): Comparison | undefined {
    if (!known.has(apiVersion)) {
      const view = this.#view(apiVersion);
      known.set(
        apiVersion,
        view === undefined ? undefined : this.#without(compareTyped(view.to(before), view.to(after), view.type)),
      );
    }
    return known.get(apiVersion);
  }

  /**
   * Removes from a merged object what the applier owned before (`last`), does not apply any more, and nobody else owns. Returns the
   * object twice: with emptied collections as null, to compare, and without them, to store.
   */
  prune(merged: unknown, managers: Managers, last: Manager | undefined): { compared: unknown; stored: unknown } {
    const unchanged = { compared: merged, stored: merged };
    const view = last === undefined ? undefined : this.#view(last.apiVersion);
    if (last === undefined || view === undefined) return unchanged;
    const before = view.to(merged);
    const gone = this.#letGo(before, view.type, managers, last);
    if (gone.isEmpty) return unchanged;
    return {
      compared: view.from(removeItems(before, gone, view.type)),
      stored: view.from(removeItems(before, gone, view.type, true)),
    };
  }

  /** The fields of `last` that go: those that only stood in the object because of it. */
  #letGo(object: unknown, type: FieldType, managers: Managers, last: Manager): FieldSet {
    const sameVersion = [...managers.values()].filter((manager) => manager.apiVersion === last.apiVersion);
    const owned = sameVersion.reduce((all, manager) => all.union(manager.set), FieldSet.EMPTY);
    if (last.set.difference(owned).isEmpty) return FieldSet.EMPTY;
    const lastSet = withNamedFields(last.set, type);
    const ownedSet = withNamedFields(owned, type);
    const pruned = removeItems(object, lastSet, type);
    const objectSet = withNamedFields(toFieldSet(object, type), type);
    const kept = withNamedFields(toFieldSet(pruned, type), type).union(ownedSet);
    const otherVersions = this.#ownedAtOtherVersions(object, managers, last, type);
    return objectSet.difference(kept.union(otherVersions)).intersection(lastSet);
  }

  /** What managers of other versions own, in the fields of this version: found by what survives their removal. */
  #ownedAtOtherVersions(object: unknown, managers: Managers, last: Manager, type: FieldType): FieldSet {
    let owned = FieldSet.EMPTY;
    for (const manager of managers.values()) {
      if (manager.apiVersion === last.apiVersion) continue;
      const here = this.#view(last.apiVersion);
      const there = this.#view(manager.apiVersion);
      if (here === undefined || there === undefined) continue;
      const before = there.to(here.from(object));
      const after = removeItems(before, manager.set, there.type);
      const comparison = compareTyped(object, here.to(there.from(after)), type);
      owned = owned.union(comparison.removed).union(comparison.modified);
    }
    return withNamedFields(owned, type);
  }
}

/** In the order of their identifiers, so that conflicts are listed the same way every time. */
function sortedManagers(managers: Managers): [string, Manager][] {
  return [...managers].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The manager with this set in place of its own; forgotten when the set is empty. */
export function setManager(managers: Managers, manager: Manager): void {
  const key = managerKey(manager);
  if (manager.set.isEmpty) managers.delete(key);
  else managers.set(key, manager);
}
