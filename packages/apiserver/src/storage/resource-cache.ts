import type { KubernetesObject, ResourceDefinition } from "@pinnace/apimachinery";
import type { Entry } from "@pinnace/store";
import { ListenerIndex, type Trigger } from "./listener-index.ts";
import { type ObjectValue, objectValueOf } from "./object-value.ts";
import { SortedEntries } from "./sorted-entries.ts";

type Texts = Readonly<Record<string, string>>;

const NONE: Texts = Object.freeze({});

/** One object of the cache. `key` is `namespace/name`, or `name` when cluster-scoped. */
export class CacheEntry {
  readonly key: string;
  readonly revision: number;
  readonly value: ObjectValue;
  #labels: Texts | undefined;
  #pinned: KubernetesObject | undefined;
  /** Those of one definition: few resources have several. */
  #fields: { readonly definition: ResourceDefinition; readonly values: Texts } | undefined;

  constructor(key: string, entry: Entry) {
    this.key = key;
    this.revision = entry.modRevision;
    this.value = objectValueOf(entry);
  }

  /** "" when cluster-scoped. */
  get namespace(): string {
    const slash = this.key.indexOf("/");
    return slash < 0 ? "" : this.key.slice(0, slash);
  }

  get name(): string {
    return this.key.slice(this.key.indexOf("/") + 1);
  }

  /** With resourceVersion, frozen; decoded when nobody else holds it. */
  get object(): KubernetesObject {
    return this.#pinned ?? this.value.at(this.revision);
  }

  /** The object, which from now on stays the same instance: what somebody outside made of it is remembered by it. */
  pin(): KubernetesObject {
    this.#pinned ??= this.object;
    return this.#pinned;
  }

  /** `metadata.labels`, kept once they are asked for; the object is not decoded for them. */
  get labels(): Texts {
    this.#labels ??= this.value.labels() ?? NONE;
    return this.#labels;
  }

  /** What `make` says of this entry; kept for the next time. */
  fields(definition: ResourceDefinition, make: () => Texts): Texts {
    if (this.#fields?.definition !== definition) this.#fields = { definition, values: make() };
    return this.#fields.values;
  }
}

/** One change. For a deletion `current` is undefined and `previous` is the last state. */
export interface CacheChange {
  readonly revision: number;
  readonly key: string;
  readonly namespace: string;
  readonly current: CacheEntry | undefined;
  readonly previous: CacheEntry | undefined;
}

export type ChangeListener = (change: CacheChange) => void;

/** Is told what a {@link ChangeListener} has thrown. */
export type FailureListener = (error: unknown) => void;

/** How many changes of one resource are kept for watches that start in the past. */
const DEFAULT_HISTORY = 10_000;

/**
 * All objects of one storage resource in key order, a window of past changes, and who listens. Changes arrive in
 * revision order from {@link StoreCache}.
 */
export class ResourceCache {
  readonly #entries = new Map<string, CacheEntry>();
  readonly #history: CacheChange[] = [];
  readonly #listeners: ListenerIndex;
  readonly #historyLimit: number;
  readonly #sorted = new SortedEntries<CacheEntry>();
  #historyStart: number;

  /** `report` is told what listeners throw. */
  constructor(start: number, historyLimit: number = DEFAULT_HISTORY, report: FailureListener = () => undefined) {
    this.#historyStart = start;
    this.#historyLimit = historyLimit;
    this.#listeners = new ListenerIndex(report);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Changes after this revision are known. */
  get historyStart(): number {
    return this.#historyStart;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  /** Every entry, in key order. The array is a snapshot: nobody changes it. */
  list(): readonly CacheEntry[] {
    return this.#sorted.all();
  }

  /** The entries of one namespace, in key order. */
  inNamespace(namespace: string): readonly CacheEntry[] {
    return this.#sorted.range(`${namespace}/`, `${namespace}0`);
  }

  /** Loads an entry of the first snapshot. */
  load(entry: CacheEntry): void {
    this.#put(entry.key, entry);
  }

  apply(change: CacheChange): void {
    this.#put(change.key, change.current);
    this.#remember(change);
    this.#listeners.notify(change);
  }

  /** The changes after `revision`; undefined when they are no longer known. */
  since(revision: number): readonly CacheChange[] | undefined {
    if (revision < this.#historyStart) return undefined;
    let from = this.#history.length;
    while (from > 0 && this.#history[from - 1]!.revision > revision) from -= 1;
    return this.#history.slice(from);
  }

  /**
   * Calls the listener with each change; with a trigger only with those that it lets through. A listener that throws is
   * called no more when it gave a `failed`, which is called then, and else with the next change.
   */
  listen(listener: ChangeListener, trigger?: Trigger, failed?: FailureListener): () => void {
    return this.#listeners.add(listener, trigger, failed);
  }

  #put(key: string, entry: CacheEntry | undefined): void {
    if (entry === undefined) {
      this.#entries.delete(key);
      this.#sorted.delete(key);
      return;
    }
    this.#entries.set(key, entry);
    this.#sorted.set(entry);
  }

  #remember(change: CacheChange): void {
    this.#history.push(change);
    if (this.#history.length <= this.#historyLimit * 1.25) return;
    const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
    this.#historyStart = dropped.at(-1)!.revision;
  }
}
