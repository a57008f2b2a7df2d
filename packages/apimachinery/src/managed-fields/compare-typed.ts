import { deepEqual } from "../copy.ts";
import { isObject, type MutableObject } from "../member.ts";
import { FieldSet } from "./field-set.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";
import { itemsByElement } from "./list-items.ts";
import { fieldElement, type PathElement } from "./path-element.ts";

/** What became of each field between two versions of an object. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Compares two values of a type; parts that are the same instance are not looked into. */
export function compareTyped(before: unknown, after: unknown, type: FieldType): Comparison {
  const walker = new CompareWalker();
  walker.visit(before, after, type);
  return walker;
}

class CompareWalker implements Comparison {
  readonly removed = new FieldSet();
  readonly modified = new FieldSet();
  readonly added = new FieldSet();
  readonly #path: PathElement[] = [];

  visit(before: unknown, after: unknown, written: FieldType): void {
    if (before === after) return;
    const type = typeFor(written, after ?? before);
    if (this.#isLeaf(before, after, type)) {
      this.#leaf(before, after);
      return;
    }
    if (type.kind === "list") this.#list(asList(before), asList(after), type);
    else this.#map(asMap(before), asMap(after), type as MapFieldType);
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
  }

  /** Scalars, atomic values, and collections that are empty on both sides. */
  #isLeaf(before: unknown, after: unknown, type: Exclude<FieldType, { kind: "any" }>): boolean {
    if (type.kind === "scalar" || type.atomic) return true;
    if (type.kind === "list") return asList(before).length === 0 && asList(after).length === 0;
    return isEmpty(asMap(before)) && isEmpty(asMap(after));
  }

  #leaf(before: unknown, after: unknown): void {
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
    else if (!deepEqual(before, after)) this.modified.insert(this.#path);
  }

  #map(before: MutableObject, after: MutableObject, type: MapFieldType): void {
    for (const name of Object.keys(before)) this.#member(name, before[name], ownOf(after, name), type);
    for (const name of Object.keys(after)) {
      if (!Object.hasOwn(before, name)) this.#member(name, undefined, after[name], type);
    }
  }

  #member(name: string, before: unknown, after: unknown, type: MapFieldType): void {
    const member = type.member(name);
    if (member === undefined || before === after) return;
    this.#path.push(fieldElement(name));
    this.visit(before, after, member);
    this.#path.pop();
  }

  #list(before: readonly unknown[], after: readonly unknown[], type: ListFieldType): void {
    const left = itemsByElement(before, type);
    const right = itemsByElement(after, type);
    for (const [element, items] of left) this.#item(element, items, right.get(element) ?? [], type);
    for (const [element, items] of right) if (!left.has(element)) this.#item(element, [], items, type);
  }

  /** An element that occurs twice is one unit: no field below it is owned. */
  #item(element: PathElement, before: readonly unknown[], after: readonly unknown[], type: ListFieldType): void {
    this.#path.push(element);
    if (before.length <= 1 && after.length <= 1) this.visit(before[0], after[0], type.element());
    else if (before.length > 1 && after.length > 1) {
      if (!deepEqual(before, after)) this.modified.insert(this.#path);
    } else if (before.length > 1) {
      if (after.length === 1) this.visit(undefined, after[0], type.element());
      this.removed.insert(this.#path);
    } else {
      if (before.length === 1) this.visit(before[0], undefined, type.element());
      this.added.insert(this.#path);
    }
    this.#path.pop();
  }
}

function ownOf(object: MutableObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asMap(value: unknown): MutableObject {
  return isObject(value) ? value : {};
}

function isEmpty(map: MutableObject): boolean {
  for (const _ in map) return false;
  return true;
}
