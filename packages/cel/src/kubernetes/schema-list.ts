import { equals, NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { CelError, type CelValue, ListValue, MapValue } from "../values/value.ts";

/** How the items of a list are told apart: by their place, by themselves, or by some of their members. */
export interface ListIdentity {
  readonly kind: "atomic" | "set" | "map";
  /** Members, as identifiers, that identify an item of a `map`. */
  readonly keys: readonly string[];
}

/** A list with a schema: sets and maps compare without order, and `+` merges them. */
export class SchemaList extends ListValue {
  readonly size: number;
  readonly #at: (index: number) => CelValue;
  readonly #identity: ListIdentity;
  #byKey: ReadonlyMap<string, CelValue> | undefined;

  constructor(size: number, at: (index: number) => CelValue, identity: ListIdentity) {
    super();
    this.size = size;
    this.#at = at;
    this.#identity = identity;
  }

  at(index: number): CelValue {
    return this.#at(index);
  }

  has(value: CelValue): boolean | CelError {
    let error: CelError | undefined;
    for (let index = 0; index < this.size; index++) {
      const same = equals(this.at(index), value);
      if (same === true) return true;
      if (same instanceof CelError) error ??= same;
    }
    return error ?? false;
  }

  concat(other: ListValue): ListValue {
    const items = this.#items(this);
    if (this.#identity.kind === "atomic") for (const item of this.#items(other)) items.push(item);
    else this.#merge(items, other);
    return new SchemaList(items.length, (index) => items[index] as CelValue, this.#identity);
  }

  #items(list: ListValue): CelValue[] {
    return Array.from({ length: list.size }, (_, index) => list.at(index));
  }

  /** What is there already stays in its place; of maps, the new item takes it. */
  #merge(items: CelValue[], other: ListValue): void {
    const places = new Map(items.map((item, index) => [this.#key(item), index]));
    for (const item of this.#items(other)) {
      const key = this.#key(item);
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, items.length);
        items.push(item);
      } else if (this.#identity.kind === "map") items[place] = item;
    }
  }

  #key(item: CelValue): string {
    const { kind, keys } = this.#identity;
    const parts = kind === "map" && item instanceof MapValue ? keys.map((key) => item.find(key) ?? null) : [item];
    return parts.map((part) => `${typeof part}:${String(part)}`).join("\0");
  }

  equals(other: CelValue): boolean | CelError {
    if (!(other instanceof ListValue)) return NO_SUCH_OVERLOAD;
    if (this.size !== other.size) return false;
    if (this.#identity.kind !== "atomic")
      this.#byKey ??= new Map(this.#items(this).map((item) => [this.#key(item), item]));
    for (let index = 0; index < this.size; index++) {
      const theirs = other.at(index);
      const mine = this.#byKey === undefined ? this.at(index) : this.#byKey.get(this.#key(theirs));
      const same = mine === undefined ? false : equals(mine, theirs);
      if (same !== true) return same;
    }
    return true;
  }
}
