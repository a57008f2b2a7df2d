import { deepEqual } from "../copy.ts";
import type { Draft } from "../resource-definition.ts";
import type { Schema } from "../schema.ts";

/** A value beside what it was before the update. */
interface Pair {
  readonly value: Draft;
  readonly old: Draft;
  readonly schema: Schema;
  equal?: boolean;
}

/**
 * Which part of the old object stands against a part of the new one (KEP-4008): what is the same as before may stay, even
 * if a rule does not like it.
 */
export class Correlation {
  readonly #pair: Pair | undefined;
  /** The nearest part around this one that has an old state. */
  readonly #around: Pair | undefined;
  readonly #root: boolean;

  private constructor(pair: Pair | undefined, around: Pair | undefined, root: boolean) {
    this.#pair = pair;
    this.#around = around;
    this.#root = root;
  }

  /** There is no old object. */
  static readonly none: Correlation = new Correlation(undefined, undefined, false);

  /** `value` under `schema` was `old` before. */
  static of(value: Draft, old: Draft, schema: Schema): Correlation {
    return new Correlation({ value, old, schema }, undefined, true);
  }

  /** Whether this part, or what is around it, is as it was. */
  get unchanged(): boolean {
    return isEqual(this.#pair ?? this.#around);
  }

  /** The same place, whose own equality does not count: for `allOf`. */
  get detached(): Correlation {
    return new Correlation(undefined, this.#around, false);
  }

  /** The member of an object or map. */
  member(name: string): Correlation {
    if (this.#pair === undefined) return this;
    if (this.#root && (name === "apiVersion" || name === "kind")) return Correlation.none;
    const { value, old, schema } = this.#pair;
    const own = schema.properties?.[name] ?? schema.additionalProperties;
    const both = isObject(value) && isObject(old) && name in value && name in old;
    const pair = both && typeof own === "object" ? { value: value[name], old: old[name], schema: own } : undefined;
    return new Correlation(pair, this.#pair, false);
  }

  /** The item of a list. */
  item(index: number): Correlation {
    if (this.#pair === undefined) return this;
    const { value, old, schema } = this.#pair;
    const before = oldItem(schema, old, value?.[index]);
    const { items } = schema;
    const pair =
      before === undefined || items === undefined ? undefined : { value: value[index], old: before, schema: items };
    return new Correlation(pair, this.#pair, false);
  }
}

function isEqual(pair: Pair | undefined): boolean {
  if (pair === undefined) return false;
  pair.equal ??= deepEqual(pair.value, pair.old);
  return pair.equal;
}

function isObject(value: Draft): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The old item with the same keys, in lists of type `map`; in others no item has an old state. */
export function oldItem(schema: Schema, old: Draft, item: Draft): Draft {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old) || !isObject(item)) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return old.find((each) => isObject(each) && keys.every((key) => deepEqual(each[key], item[key])));
}
