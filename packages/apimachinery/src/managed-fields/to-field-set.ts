import { isObject, type MutableObject } from "../member.ts";
import { FieldSet } from "./field-set.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";
import { itemsByElement } from "./list-items.ts";
import { fieldElement, type PathElement } from "./path-element.ts";

/** The paths that a value has: what an applier of this value owns. */
export function toFieldSet(value: unknown, type: FieldType): FieldSet {
  const walker = new SetWalker();
  walker.visit(value, type);
  return walker.set;
}

class SetWalker {
  readonly set = new FieldSet();
  readonly #path: PathElement[] = [];

  visit(value: unknown, written: FieldType): void {
    const type = typeFor(written, value);
    if (type.kind === "scalar" || type.atomic) this.set.insert(this.#path);
    else if (type.kind === "list") this.#list(value, type);
    else this.#map(value, type);
  }

  #list(value: unknown, type: ListFieldType): void {
    if (!Array.isArray(value)) return;
    for (const [element, items] of itemsByElement(value, type)) {
      this.#path.push(element);
      if (items.length === 1) this.visit(items[0], type.element());
      this.set.insert(this.#path);
      this.#path.pop();
    }
  }

  #map(value: unknown, type: MapFieldType): void {
    if (!isObject(value)) return;
    for (const name of Object.keys(value)) {
      const member = type.member(name);
      if (member === undefined) continue;
      this.#path.push(fieldElement(name));
      this.visit(value[name], member);
      if (isEmptyMap(value[name]) || !type.declares(name)) this.set.insert(this.#path);
      this.#path.pop();
    }
  }
}

function isEmptyMap(value: unknown): boolean {
  return value === null || (isObject(value) && Object.keys(value as MutableObject).length === 0);
}
