import type { Json } from "@pinnace/apimachinery";
import type { CelType } from "../types/cel-type.ts";
import { concatenate, listEquals, listHas, mapEquals } from "./collections.ts";
import { MAP_TYPE } from "./type-of.ts";
import { type CelValue, ListValue, MapValue } from "./value.ts";

/** Data without a schema as a value: whole numbers are `int`, others `double`; members are made as they are read. */
export function dynamicValue(json: Json | undefined): CelValue {
  if (json === undefined || json === null) return null;
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : json;
  if (typeof json !== "object") return json;
  return Array.isArray(json) ? new DynamicList(json) : new DynamicMap(json as { readonly [key: string]: Json });
}

class DynamicList extends ListValue {
  readonly json: readonly Json[];

  constructor(json: readonly Json[]) {
    super();
    this.json = json;
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): CelValue {
    return dynamicValue(this.json[index]);
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

class DynamicMap extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly json: { readonly [key: string]: Json };
  #keys: readonly string[] | undefined;

  constructor(json: { readonly [key: string]: Json }) {
    super();
    this.json = json;
  }

  get size(): number {
    return this.keys().length;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== "string" || !Object.hasOwn(this.json, key)) return undefined;
    return dynamicValue(this.json[key]);
  }

  keys(): readonly string[] {
    this.#keys ??= Object.keys(this.json);
    return this.#keys;
  }

  equals(other: CelValue): boolean {
    return mapEquals(this, other);
  }
}

/** The data behind a value that {@link dynamicValue} made; undefined for others. */
export function sourceOf(value: CelValue): Json | undefined {
  return value instanceof DynamicList || value instanceof DynamicMap ? value.json : undefined;
}

/** A map whose values are made when they are first read: the `variables` of a policy. */
export function lazyVariables(thunks: Readonly<Record<string, () => CelValue>>): CelValue {
  return new LazyMap(thunks);
}

class LazyMap extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly #thunks: ReadonlyMap<string, () => CelValue>;
  readonly #values = new Map<string, CelValue>();

  constructor(thunks: Readonly<Record<string, () => CelValue>>) {
    super();
    this.#thunks = new Map(Object.entries(thunks));
  }

  get size(): number {
    return this.#thunks.size;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== "string") return undefined;
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = this.#thunks.get(key)?.();
    if (value !== undefined) this.#values.set(key, value);
    return value;
  }

  keys(): readonly CelValue[] {
    return [...this.#thunks.keys()];
  }

  equals(other: CelValue): boolean {
    return mapEquals(this, other);
  }
}
