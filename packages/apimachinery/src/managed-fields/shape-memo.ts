import { deepEqual } from "../copy.ts";
import { isObject, memberOf } from "../member.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";

/** One step of a description; see {@link ShapeMemo}. */
type Token = string | number | boolean | null | typeof LEAF | typeof OPEN | typeof CLOSE | typeof ABSENT;

const LEAF: unique symbol = Symbol("leaf");
const OPEN: unique symbol = Symbol("open");
const CLOSE: unique symbol = Symbol("close");
const ABSENT: unique symbol = Symbol("absent");

/** A place in the tree of all descriptions: most places have one continuation only. */
class Place<Result> {
  token: Token | undefined;
  next: Place<Result> | undefined;
  others: Map<Token, Place<Result>> | undefined;
  result: Result | undefined;
}

/** Descriptions of this many tokens are kept; then all are forgotten. A description of a Pod has some 300. */
const CAPACITY = 100_000;

/**
 * Keeps a result for each shape of objects of one type. Two objects have the same shape when they have the same members in the same
 * order, lists with items of the same identity, and leaves at the same places: what values leaves have does not matter, only whether
 * they have that of the zero object. Objects of one template have one shape.
 */
export class ShapeMemo<Result extends object> {
  readonly #type: FieldType;
  readonly #zero: unknown;
  #root = new Place<Result>();
  #count = 0;
  #at: Place<Result> = this.#root;
  #ordinary = true;

  constructor(type: FieldType, zero: unknown) {
    this.#type = type;
    this.#zero = zero;
  }

  /** The result of the first object of this shape; `make` is called for a new shape, or for one that cannot be described. */
  get(object: unknown, make: () => Result): Result {
    if (this.#count > CAPACITY) {
      this.#root = new Place();
      this.#count = 0;
    }
    this.#at = this.#root;
    this.#ordinary = true;
    this.#visit(object, this.#zero, this.#type);
    if (!this.#ordinary) return make();
    const place = this.#at;
    place.result ??= make();
    return place.result;
  }

  #add(token: Token): void {
    const at = this.#at;
    if (at.token === token) this.#at = at.next as Place<Result>;
    else this.#at = at.others?.get(token) ?? this.#grow(at, token);
  }

  #grow(at: Place<Result>, token: Token): Place<Result> {
    const place = new Place<Result>();
    this.#count += 1;
    if (at.token === undefined) {
      at.token = token;
      at.next = place;
    } else {
      at.others ??= new Map();
      at.others.set(token, place);
    }
    return place;
  }

  #visit(value: unknown, zero: unknown, written: FieldType): void {
    const type = typeFor(written, value);
    if (type.kind === "scalar" || type.atomic) this.#leaf(value, zero);
    else if (type.kind === "list") this.#list(value, zero, type);
    else this.#map(value, zero, type);
  }

  #leaf(value: unknown, zero: unknown): void {
    this.#add(LEAF);
    if (zero !== undefined) this.#add(deepEqual(value, zero));
  }

  #map(value: unknown, zero: unknown, type: MapFieldType): void {
    if (!isObject(value)) {
      this.#leaf(value, zero);
      return;
    }
    const zeros = isObject(zero) ? zero : undefined;
    this.#add(OPEN);
    for (const name in value) {
      const member = value[name];
      if (member === undefined) continue;
      const memberType = type.member(name);
      if (memberType === undefined) continue;
      this.#add(name);
      this.#visit(member, memberOf(zeros, name), memberType);
    }
    this.#add(CLOSE);
  }

  #list(value: unknown, zero: unknown, type: ListFieldType): void {
    if (!Array.isArray(value)) {
      this.#leaf(value, zero);
      return;
    }
    if (Array.isArray(zero) && zero.length > 0) this.#ordinary = false;
    this.#add(OPEN);
    const element = type.element();
    for (const item of value) {
      if (type.keys.length > 0) this.#keys(item, type);
      else if (typeof item === "object" || item === undefined) this.#ordinary = false;
      else this.#add(item as Token);
      this.#visit(item, undefined, element);
    }
    this.#add(CLOSE);
  }

  #keys(item: unknown, { sortedKeys }: ListFieldType): void {
    if (!isObject(item)) {
      this.#ordinary = false;
      return;
    }
    for (const key of sortedKeys) {
      const value = Object.hasOwn(item, key) ? item[key] : undefined;
      if (value === undefined) this.#add(ABSENT);
      else if (typeof value === "object") this.#ordinary = false;
      else this.#add(value as Token);
    }
  }
}
