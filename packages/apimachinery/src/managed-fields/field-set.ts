import { compareElements, type PathElement } from "./path-element.ts";

/** What a set says about one element: whether the element itself is in it, and what lies below. */
interface Entry {
  member: boolean;
  children: FieldSet;
}

/**
 * A set of field paths, as a tree. A path and the paths below it are independent members. Sets are immutable once they have left the
 * function that built them with {@link FieldSet.insert}; operations return new sets that share branches.
 */
export class FieldSet {
  static readonly EMPTY: FieldSet = new FieldSet();

  readonly #entries = new Map<PathElement, Entry>();

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Adds a path, while the set is being built. The root (an empty path) is never a member. */
  insert(path: readonly PathElement[]): void {
    let set: FieldSet = this;
    const last = path.length - 1;
    for (let at = 0; at < last; at++) set = set.#branch(path[at] as PathElement);
    if (last >= 0) set.#entry(path[last] as PathElement).member = true;
  }

  #entry(element: PathElement): Entry {
    let entry = this.#entries.get(element);
    if (entry === undefined) {
      entry = { member: false, children: FieldSet.EMPTY };
      this.#entries.set(element, entry);
    }
    return entry;
  }

  #branch(element: PathElement): FieldSet {
    const entry = this.#entry(element);
    if (entry.children === FieldSet.EMPTY) entry.children = new FieldSet();
    return entry.children;
  }

  /** Sets one entry whole, while the set is being built. An entry that says nothing is left out. */
  put(element: PathElement, member: boolean, children: FieldSet): void {
    if (member || !children.isEmpty) this.#entries.set(element, { member, children });
  }

  /** Whether the element itself is a member. */
  has(element: PathElement): boolean {
    return this.#entries.get(element)?.member ?? false;
  }

  /** What lies below the element. */
  child(element: PathElement): FieldSet {
    return this.#entries.get(element)?.children ?? FieldSet.EMPTY;
  }

  hasPath(path: readonly PathElement[]): boolean {
    let set: FieldSet = this;
    for (const element of path.slice(0, -1)) set = set.child(element);
    return path.length > 0 && set.has(path[path.length - 1] as PathElement);
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const union = new FieldSet();
    for (const [element, { member, children }] of this.#entries) {
      const theirs = other.#entries.get(element);
      if (theirs === undefined) union.put(element, member, children);
      else union.put(element, member || theirs.member, children.union(theirs.children));
    }
    for (const [element, { member, children }] of other.#entries) {
      if (!this.#entries.has(element)) union.put(element, member, children);
    }
    return union;
  }

  intersection(other: FieldSet): FieldSet {
    const common = new FieldSet();
    if (this.isEmpty || other.isEmpty) return FieldSet.EMPTY;
    for (const [element, { member, children }] of this.#entries) {
      const theirs = other.#entries.get(element);
      if (theirs !== undefined) common.put(element, member && theirs.member, children.intersection(theirs.children));
    }
    return common;
  }

  /** Without the other's members; what lies below a removed member stays. */
  difference(other: FieldSet): FieldSet {
    return this.#without(other, false);
  }

  /** Without the other's members and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#without(other, true);
  }

  #without(other: FieldSet, recursive: boolean): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    const rest = new FieldSet();
    let same = true;
    for (const [element, { member, children }] of this.#entries) {
      const theirs = other.#entries.get(element);
      if (theirs === undefined) rest.put(element, member, children);
      else if (recursive && theirs.member) same = false;
      else {
        const below = children.#without(theirs.children, recursive);
        same &&= below === children && !(member && theirs.member);
        rest.put(element, member && !theirs.member, below);
      }
    }
    return same ? this : rest;
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.#entries.size !== other.#entries.size) return false;
    for (const [element, { member, children }] of this.#entries) {
      const theirs = other.#entries.get(element);
      if (theirs === undefined || theirs.member !== member || !children.equals(theirs.children)) return false;
    }
    return true;
  }

  /** Every element with what the set says about it, in upstream's order. */
  sorted(): readonly (readonly [PathElement, boolean, FieldSet])[] {
    const elements = [...this.#entries.keys()];
    if (elements.every((element) => element.startsWith("f:"))) elements.sort();
    else elements.sort(compareElements);
    return elements.map((element) => {
      const { member, children } = this.#entries.get(element) as Entry;
      return [element, member, children] as const;
    });
  }

  /** Calls with every element, in no particular order. */
  forEach(visit: (element: PathElement, member: boolean, children: FieldSet) => void): void {
    for (const [element, { member, children }] of this.#entries) visit(element, member, children);
  }

  /** Every element, in no particular order. */
  *entries(): Generator<readonly [PathElement, boolean, FieldSet]> {
    for (const [element, { member, children }] of this.#entries) yield [element, member, children];
  }

  /** Every member's path, in upstream's order. */
  paths(): readonly (readonly PathElement[])[] {
    return this.sorted().flatMap(([element, member, children]) => [
      ...(member ? [[element]] : []),
      ...children.paths().map((path) => [element, ...path]),
    ]);
  }
}

/** The set of these paths of plain field names, such as `["status"]`, `["metadata", "name"]`. */
export function fieldSetOf(paths: readonly (readonly string[])[]): FieldSet {
  const set = new FieldSet();
  for (const path of paths) set.insert(path.map((name) => `f:${name}`));
  return set;
}
