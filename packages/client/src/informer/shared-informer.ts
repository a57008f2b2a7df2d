import type { KubernetesObject, ResourceType } from "@pinnace/apimachinery";
import { objectKey } from "@pinnace/apimachinery";
import { CodedError } from "@pinnace/errors";
import { Observable, Subject } from "rxjs";
import type { CacheEvent, Informer, InformerOptions, Lister } from "../informer-contract.ts";
import { IndexedCache } from "./indexed-cache.ts";

/**
 * The cache behind an informer and its subscribers. A reflector feeds it by {@link SharedInformer.replace} and
 * {@link SharedInformer.apply}. A change that arrives while an event is being delivered waits for its turn, so that
 * every subscriber sees cache and events in the same order.
 */
export class SharedInformer<T extends KubernetesObject> implements Informer<T> {
  readonly type: ResourceType<T>;
  readonly events: Observable<CacheEvent<T>>;
  readonly #cache = new IndexedCache<T>();
  readonly #changes = new Subject<CacheEvent<T>>();
  readonly #waiting: (() => CacheEvent<T> | undefined)[] = [];
  readonly #sync = Promise.withResolvers<void>();
  #delivering = false;
  #synced = false;

  constructor(type: ResourceType<T>) {
    this.type = type;
    this.#sync.promise.catch(() => undefined);
    this.events = new Observable((subscriber) => {
      for (const object of this.#cache.list()) {
        if (subscriber.closed) return;
        subscriber.next({ type: "add", object, initial: true });
      }
      return this.#changes.subscribe(subscriber);
    });
  }

  get lister(): Lister<T> {
    return this.#cache;
  }

  get synced(): boolean {
    return this.#synced;
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return this.#sync.promise;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#synced) return this.#sync.promise;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    return Promise.race([this.#sync.promise, aborted.promise]).finally(() =>
      signal.removeEventListener("abort", onAbort),
    );
  }

  addIndexes(indexes: InformerOptions<T>["indexes"] = {}): void {
    for (const name in indexes) this.#cache.addIndex(name, indexes[name]!);
  }

  /** Brings the cache to the state of a list: what is missing there is deleted, what differs is updated. */
  replace(objects: readonly T[]): void {
    const initial = !this.#synced;
    const listed = new Set(objects.map(objectKey));
    for (const key of this.#cache.keys()) if (!listed.has(key)) this.#enqueue(() => this.#remove(key));
    for (const object of objects) this.#enqueue(() => this.#put(object, initial));
    this.#enqueue(() => {
      this.#synced = true;
      this.#sync.resolve();
      return undefined;
    });
  }

  /** One event of a watch. */
  apply(type: "ADDED" | "MODIFIED" | "DELETED", object: T): void {
    this.#enqueue(() => (type === "DELETED" ? this.#remove(objectKey(object), object) : this.#put(object, false)));
  }

  stop(): void {
    this.#sync.reject(new CodedError("INFORMER_STOPPED", `the informer of ${this.type.resource} was stopped`));
    this.#changes.complete();
  }

  #enqueue(change: () => CacheEvent<T> | undefined): void {
    this.#waiting.push(change);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const event = next();
        if (event !== undefined) this.#changes.next(event);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #put(object: T, initial: boolean): CacheEvent<T> | undefined {
    const present = this.#cache.get(objectKey(object));
    if (present !== undefined && sameVersion(present, object)) return undefined;
    const old = this.#cache.set(object);
    return old === undefined ? { type: "add", object, initial } : { type: "update", object, old };
  }

  /** `last` is the state that the server sent with the deletion; a relist only knows what the cache held. */
  #remove(key: string, last?: T): CacheEvent<T> | undefined {
    const old = this.#cache.delete(key);
    return old === undefined ? undefined : { type: "delete", object: last ?? old, old };
  }
}

function sameVersion(a: KubernetesObject, b: KubernetesObject): boolean {
  const version = a.metadata?.resourceVersion;
  return version !== undefined && version === b.metadata?.resourceVersion && a.metadata?.uid === b.metadata?.uid;
}
