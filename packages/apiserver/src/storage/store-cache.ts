import type { Logger } from "@pinnace/logging";
import type { Entry, Store, StoreEvent } from "@pinnace/store";
import type { Subscription } from "rxjs";
import { REGISTRY_PREFIX } from "./keys.ts";
import { CacheEntry, ResourceCache } from "./resource-cache.ts";

interface Waiter {
  readonly revision: number;
  resolve(): void;
}

/**
 * The whole store in memory, one {@link ResourceCache} for each storage resource, kept by a single watch: so the
 * revision that the caches have reached is known, and a read that must be current only waits for it.
 */
export class StoreCache {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #historyLimit: number | undefined;
  readonly #caches = new Map<string, ResourceCache>();
  /** Entries of resources that nobody registered yet, by key. */
  readonly #unclaimed = new Map<string, Entry>();
  readonly #waiters: Waiter[] = [];
  #revision = 0;
  #subscription: Subscription | undefined;
  #stopped = false;

  constructor(store: Store, logger: Logger, historyLimit?: number) {
    this.#store = store;
    this.#logger = logger;
    this.#historyLimit = historyLimit;
  }

  /** What the caches have seen of the store. */
  get revision(): number {
    return this.#revision;
  }

  /** The cache of a storage resource; made from what is known when it is asked for the first time. */
  cache(storageResource: string): ResourceCache {
    let cache = this.#caches.get(storageResource);
    if (cache === undefined) {
      cache = new ResourceCache(this.#revision, this.#historyLimit);
      this.#caches.set(storageResource, cache);
      this.#claim(storageResource, cache);
    }
    return cache;
  }

  async start(): Promise<void> {
    const page = await this.#store.list(REGISTRY_PREFIX);
    this.#revision = page.revision;
    for (const entry of page.entries) this.#unclaimed.set(entry.key, entry);
    this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.unsubscribe();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  /** Resolves when the caches have everything that is in the store now. */
  async current(): Promise<void> {
    await this.reached(await this.#store.revision());
  }

  /** Resolves when the caches have seen `revision`. */
  async reached(revision: number): Promise<void> {
    if (revision <= this.#revision || this.#stopped) return;
    await new Promise<void>((resolve) => this.#waiters.push({ revision, resolve }));
  }

  #claim(storageResource: string, cache: ResourceCache): void {
    const prefix = `${REGISTRY_PREFIX}${storageResource}/`;
    for (const [key, entry] of this.#unclaimed) {
      if (!key.startsWith(prefix)) continue;
      this.#unclaimed.delete(key);
      cache.load(new CacheEntry(key.slice(prefix.length), entry));
    }
  }

  #follow(): void {
    this.#subscription = this.#store.watch("", { from: this.#revision }).subscribe({
      next: (event) => this.#apply(event),
      error: (error: unknown) => void this.#recover(error),
    });
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#stopped) return;
    const code = (error as { code?: string }).code;
    if (code === "CLOSED") return;
    this.#logger.warn("the store's watch ended; reading everything again", { error });
    const page = await this.#store.list(REGISTRY_PREFIX);
    this.#reconcile(page.entries, page.revision);
    this.#follow();
  }

  /** Turns a new snapshot into the changes that were missed, in revision order; intermediate states are lost. */
  #reconcile(entries: readonly Entry[], revision: number): void {
    const seen = this.#revision;
    for (const entry of [...entries].sort((a, b) => a.modRevision - b.modRevision))
      if (entry.modRevision > seen)
        this.#apply({ type: "put", entry, previous: undefined, revision: entry.modRevision });
    const present = new Set(entries.map((entry) => entry.key));
    for (const [storageResource, cache] of this.#caches) {
      for (const old of cache.list()) {
        const key = `${REGISTRY_PREFIX}${storageResource}/${old.key}`;
        if (!present.has(key)) this.#apply({ type: "delete", key, previous: undefined, revision });
      }
    }
    this.#advance(revision);
  }

  #apply(event: StoreEvent): void {
    const key = event.type === "put" ? event.entry.key : event.key;
    const place = this.#locate(key);
    if (place === undefined) this.#keepUnclaimed(key, event);
    else {
      const previous = place.cache.get(place.key);
      const current = event.type === "put" ? new CacheEntry(place.key, event.entry) : undefined;
      if (previous !== undefined || current !== undefined) {
        const namespace = (current ?? previous)!.namespace;
        place.cache.apply({ revision: event.revision, key: place.key, namespace, current, previous });
      }
    }
    this.#advance(event.revision);
  }

  #keepUnclaimed(key: string, event: StoreEvent): void {
    if (event.type === "put") this.#unclaimed.set(key, event.entry);
    else this.#unclaimed.delete(key);
  }

  /** Storage resources have one or two segments: `pods`, `apiregistration.k8s.io/apiservices`. */
  #locate(key: string): { cache: ResourceCache; key: string } | undefined {
    if (!key.startsWith(REGISTRY_PREFIX)) return undefined;
    let slash = key.indexOf("/", REGISTRY_PREFIX.length);
    for (let segments = 0; segments < 2 && slash > 0; segments += 1) {
      const cache = this.#caches.get(key.slice(REGISTRY_PREFIX.length, slash));
      if (cache !== undefined) return { cache, key: key.slice(slash + 1) };
      slash = key.indexOf("/", slash + 1);
    }
    return undefined;
  }

  #advance(revision: number): void {
    if (revision > this.#revision) this.#revision = revision;
    for (let index = this.#waiters.length - 1; index >= 0; index -= 1)
      if (this.#waiters[index]!.revision <= this.#revision) this.#waiters.splice(index, 1)[0]!.resolve();
  }
}
