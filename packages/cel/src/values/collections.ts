import type { CelType } from "../types/cel-type.ts";
import { equals } from "./compare.ts";
import { MAP_TYPE } from "./type-of.ts";
import { CelError, type CelValue, ListValue, MapValue, UintValue } from "./value.ts";

/** Whether an item of a list equals a value; what cannot be compared does not. */
export function listHas(list: ListValue, value: CelValue): boolean {
  for (let at = 0; at < list.size; at++) if (equals(value, list.at(at)) === true) return true;
  return false;
}

/** Item by item; what cannot be compared counts as equal, as upstream has it. */
export function listEquals(list: ListValue, other: CelValue): boolean {
  if (!(other instanceof ListValue) || list.size !== other.size) return false;
  for (let at = 0; at < list.size; at++) if (equals(list.at(at), other.at(at)) === false) return false;
  return true;
}

/** Key by key. */
export function mapEquals(map: MapValue, other: CelValue): boolean {
  if (!(other instanceof MapValue) || map.size !== other.size) return false;
  for (const key of map.keys()) {
    const theirs = other.find(key);
    if (theirs === undefined || equals(map.find(key) as CelValue, theirs) === false) return false;
  }
  return true;
}

/** A list that an expression made. */
export class ItemList extends ListValue {
  readonly items: readonly CelValue[];

  constructor(items: readonly CelValue[]) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): CelValue {
    return this.items[index] as CelValue;
  }

  concat(other: ListValue): ListValue {
    return concatenate(this, other);
  }

  has(value: CelValue): boolean {
    return listHas(this, value);
  }

  equals(other: CelValue): boolean {
    return listEquals(this, other);
  }
}

/** The list that a macro collects in: adding to it changes it, since nobody else sees it before it is done. */
export class CollectingList extends ListValue {
  readonly items: CelValue[] = [];

  get size(): number {
    return this.items.length;
  }

  at(index: number): CelValue {
    return this.items[index] as CelValue;
  }

  concat(other: ListValue): ListValue {
    for (let at = 0; at < other.size; at++) this.items.push(other.at(at));
    return this;
  }

  has(value: CelValue): boolean {
    return listHas(this, value);
  }

  equals(other: CelValue): boolean {
    return listEquals(this, other);
  }
}

/** Two lists seen as one; a chain of them is made flat when it is read. */
class JoinedList extends ListValue {
  readonly size: number;
  #parts: readonly [ListValue, ListValue] | undefined;
  #items: CelValue[] | undefined;

  constructor(left: ListValue, right: ListValue) {
    super();
    this.size = left.size + right.size;
    this.#parts = [left, right];
  }

  at(index: number): CelValue {
    this.#items ??= this.#flatten();
    return this.#items[index] as CelValue;
  }

  #flatten(): CelValue[] {
    const items: CelValue[] = [];
    const pending: ListValue[] = [...(this.#parts as readonly [ListValue, ListValue])].reverse();
    for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
      const parts = list instanceof JoinedList && list.#items === undefined ? list.#parts : undefined;
      if (parts !== undefined) pending.push(parts[1], parts[0]);
      else for (let at = 0; at < list.size; at++) items.push(list.at(at));
    }
    this.#parts = undefined;
    return items;
  }

  concat(other: ListValue): ListValue {
    return concatenate(this, other);
  }

  has(value: CelValue): boolean {
    return listHas(this, value);
  }

  equals(other: CelValue): boolean {
    return listEquals(this, other);
  }
}

export function concatenate(left: ListValue, right: ListValue): ListValue {
  if (left.size === 0) return right;
  return right.size === 0 ? left : new JoinedList(left, right);
}

export function toItems(list: ListValue): readonly CelValue[] {
  if (list instanceof ItemList) return list.items;
  return Array.from({ length: list.size }, (_, index) => list.at(index));
}

/** What keys are kept by: equal numbers of different kinds are the same key. */
function canonicalKey(key: CelValue): unknown {
  if (key instanceof UintValue) return key.value;
  if (typeof key === "number") return Number.isInteger(key) ? BigInt(key) : key;
  return key;
}

/** A map that an expression made. */
export class EntryMap extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly #entries: ReadonlyMap<unknown, readonly [CelValue, CelValue]>;

  constructor(entries: ReadonlyMap<unknown, readonly [CelValue, CelValue]>) {
    super();
    this.#entries = entries;
  }

  static of(entries: Iterable<readonly [CelValue, CelValue]>): EntryMap {
    const map = new Map<unknown, readonly [CelValue, CelValue]>();
    for (const entry of entries) map.set(canonicalKey(entry[0]), entry);
    return new EntryMap(map);
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: CelValue): CelValue | undefined {
    return this.#entries.get(canonicalKey(key))?.[1];
  }

  keys(): readonly CelValue[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }

  equals(other: CelValue): boolean {
    return mapEquals(this, other);
  }
}

/** The map that a macro collects in: see {@link CollectingList}. */
export class CollectingMap extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly #entries = new Map<unknown, readonly [CelValue, CelValue]>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: CelValue): CelValue | undefined {
    return this.#entries.get(canonicalKey(key))?.[1];
  }

  keys(): readonly CelValue[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }

  equals(other: CelValue): boolean {
    return mapEquals(this, other);
  }

  /** Adds an entry; an error when the key is there already. */
  insert(key: CelValue, value: CelValue): CelValue {
    const canonical = canonicalKey(key);
    if (this.#entries.has(canonical)) return new CelError(`insert failed: key ${keyText(key)} already exists`);
    this.#entries.set(canonical, [key, value]);
    return this;
  }
}

/** A key or an index as errors show it. */
export function keyText(key: CelValue): string {
  return key instanceof UintValue ? String(key.value) : String(key);
}
