import type { KubernetesObject } from "@pinnace/apimachinery";
import { objectKey } from "@pinnace/apimachinery";
import type { Lister } from "../informer-contract.ts";

const NAMESPACE_INDEX = "namespace";
const NOTHING: readonly never[] = Object.freeze([]);

type IndexFunction<T> = (object: T) => readonly string[];

/** Objects by key, filed under the values of any number of index functions. Lists come in insertion order. */
export class IndexedCache<T extends KubernetesObject> implements Lister<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, Index<T>>();
  #version = 0;

  constructor() {
    this.addIndex(NAMESPACE_INDEX, (object) => [object.metadata?.namespace ?? ""]);
  }

  get size(): number {
    return this.#objects.size;
  }

  get version(): number {
    return this.#version;
  }

  /** Files what is there and what comes under `values(object)`; an index of that name stays as it is. */
  addIndex(name: string, values: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index = new Index(values);
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) index.add(key, object);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  inNamespace(namespace: string): readonly T[] {
    return this.byIndex(NAMESPACE_INDEX, namespace);
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new TypeError(`there is no index ${name}`);
    return index.list(value);
  }

  /** Puts the object in and returns the one it replaces. */
  set(object: T): T | undefined {
    const key = objectKey(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#version += 1;
    for (const index of this.#indexes.values()) {
      if (old !== undefined) index.remove(key, old);
      index.add(key, object);
    }
    return old;
  }

  /** Takes the object out and returns it. */
  delete(key: string): T | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) return undefined;
    this.#objects.delete(key);
    this.#version += 1;
    for (const index of this.#indexes.values()) index.remove(key, old);
    return old;
  }
}

class Index<T> {
  readonly #values: IndexFunction<T>;
  readonly #filed = new Map<string, Map<string, T>>();

  constructor(values: IndexFunction<T>) {
    this.#values = values;
  }

  list(value: string): readonly T[] {
    const filed = this.#filed.get(value);
    return filed === undefined ? NOTHING : [...filed.values()];
  }

  add(key: string, object: T): void {
    for (const value of this.#values(object)) {
      const filed = this.#filed.get(value);
      if (filed === undefined) this.#filed.set(value, new Map([[key, object]]));
      else filed.set(key, object);
    }
  }

  remove(key: string, object: T): void {
    for (const value of this.#values(object)) {
      const filed = this.#filed.get(value);
      filed?.delete(key);
      if (filed?.size === 0) this.#filed.delete(value);
    }
  }
}
