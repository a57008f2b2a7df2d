import { deepEqual } from "../copy.ts";
import { isObject, memberOf } from "../member.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";
import { TokenTree } from "./token-tree.ts";

/** One step of a description; see {@link ShapeMemo}. */
type Token = string | number | boolean | null | typeof LEAF | typeof OPEN | typeof CLOSE | typeof ABSENT;

const LEAF: unique symbol = Symbol("leaf");
const OPEN: unique symbol = Symbol("open");
const CLOSE: unique symbol = Symbol("close");
const ABSENT: unique symbol = Symbol("absent");

/**
 * Keeps a result for each shape of objects of one type. Two objects have the same shape when they have the same members in the same
 * order, lists with items of the same identity, and leaves at the same places: what values leaves have does not matter, only whether
 * they have that of the zero object. Objects of one template have one shape.
 */
export class ShapeMemo<Result extends object> {
  readonly #type: FieldType;
  readonly #zero: unknown;
  readonly #tree = new TokenTree<Token, Result>();
  #ordinary = true;

  constructor(type: FieldType, zero: unknown) {
    this.#type = type;
    this.#zero = zero;
  }

  /** The result of the first object of this shape; `make` is called for a new shape, or for one that cannot be described. */
  get(object: unknown, make: () => Result): Result {
    this.#tree.begin();
    this.#ordinary = true;
    this.#visit(object, this.#zero, this.#type);
    return this.#ordinary ? this.#tree.get(make) : make();
  }

  #visit(value: unknown, zero: unknown, written: FieldType): void {
    const type = typeFor(written, value);
    if (type.kind === "scalar" || type.atomic) this.#leaf(value, zero);
    else if (type.kind === "list") this.#list(value, zero, type);
    else this.#map(value, zero, type);
  }

  #leaf(value: unknown, zero: unknown): void {
    this.#tree.add(LEAF);
    if (zero !== undefined) this.#tree.add(deepEqual(value, zero));
  }

  #map(value: unknown, zero: unknown, type: MapFieldType): void {
    if (!isObject(value)) {
      this.#leaf(value, zero);
      return;
    }
    const zeros = isObject(zero) ? zero : undefined;
    this.#tree.add(OPEN);
    for (const name in value) {
      const member = value[name];
      if (member === undefined) continue;
      const memberType = type.member(name);
      if (memberType === undefined) continue;
      this.#tree.add(name);
      this.#visit(member, memberOf(zeros, name), memberType);
    }
    this.#tree.add(CLOSE);
  }

  #list(value: unknown, zero: unknown, type: ListFieldType): void {
    if (!Array.isArray(value)) {
      this.#leaf(value, zero);
      return;
    }
    if (Array.isArray(zero) && zero.length > 0) this.#ordinary = false;
    this.#tree.add(OPEN);
    const element = type.element();
    for (const item of value) {
      if (type.keys.length > 0) this.#keys(item, type);
      else if (typeof item === "object" || item === undefined) this.#ordinary = false;
      else this.#tree.add(item as Token);
      this.#visit(item, undefined, element);
    }
    this.#tree.add(CLOSE);
  }

  #keys(item: unknown, { sortedKeys }: ListFieldType): void {
    if (!isObject(item)) {
      this.#ordinary = false;
      return;
    }
    for (const key of sortedKeys) {
      const value = Object.hasOwn(item, key) ? item[key] : undefined;
      if (value === undefined) this.#tree.add(ABSENT);
      else if (typeof value === "object") this.#ordinary = false;
      else this.#tree.add(value as Token);
    }
  }
}
