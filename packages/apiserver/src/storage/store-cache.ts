import { StatusError } from "@pinnace/apimachinery";
import type { Clock, Timer } from "@pinnace/clock";
import type { Logger } from "@pinnace/logging";
import type { Entry, Store, StoreEvent } from "@pinnace/store";
import type { Subscription } from "rxjs";
import { REGISTRY_PREFIX } from "./keys.ts";
import { CacheEntry, ResourceCache } from "./resource-cache.ts";

interface Waiter {
  readonly revision: number;
  resolve(): void;
}

interface StoreCacheComponents {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Milliseconds that an event has to come before the watch is asked how far it is, and between such questions. */
const FIRST_QUESTION = 10;
const QUESTION_PERIOD = 100;
/** Milliseconds that a read waits for the caches at most. */
const PATIENCE = 30_000;
/** Milliseconds between attempts to read everything again. */
const RECOVERY_PERIOD = 1_000;

/**
 * The whole store in memory, one {@link ResourceCache} for each storage resource, kept by a single watch: so the
 * revision that the caches have reached is known, and a read that must be current only waits for it. Others may write to
 * the store, too: what they do arrives by the same watch, and where no event shows how far it is, it is asked.
 */
export class StoreCache {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #historyLimit: number | undefined;
  readonly #caches = new Map<string, ResourceCache>();
  /** Entries of resources that nobody registered yet, by key. */
  readonly #unclaimed = new Map<string, Entry>();
  readonly #waiters: Waiter[] = [];
  #revision = 0;
  #subscription: Subscription | undefined;
  #question: Timer | undefined;
  readonly #stopping = new AbortController();

  constructor({ store, clock, logger }: StoreCacheComponents, historyLimit?: number) {
    this.#store = store;
    this.#clock = clock;
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
      cache = new ResourceCache(this.#revision, this.#historyLimit, (error) =>
        this.#logger.error("a listener of a cache failed", { resource: storageResource, error }),
      );
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
    this.#stopping.abort();
    this.#subscription?.unsubscribe();
    this.#question?.cancel();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  /** Resolves when the caches have everything that is in the store now. Rejects with 504 when the store does not tell. */
  async current(): Promise<void> {
    const revision = await this.#store.revision();
    if (revision > this.#revision && !this.#stopped) await this.#catchUp(revision);
  }

  /** Resolves when the caches have seen `revision`. */
  async reached(revision: number): Promise<void> {
    if (revision <= this.#revision || this.#stopped) return;
    await new Promise<void>((resolve) => this.#waiters.push({ revision, resolve }));
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #catchUp(revision: number): Promise<void> {
    const abort = new AbortController();
    const late = this.#clock.sleep(PATIENCE, abort.signal).then(
      () => true,
      () => false,
    );
    const reached = this.reached(revision).then(() => false);
    this.#question ??= this.#clock.setTimeout(() => this.#ask(), FIRST_QUESTION);
    const tooLate = await Promise.race([reached, late]);
    abort.abort();
    if (tooLate) throw new StatusError(504, "Timeout", "Timeout: the store's newest changes do not arrive");
  }

  /** Asks the watch how far it is, as long as somebody waits. */
  #ask(): void {
    this.#question = undefined;
    if (this.#waiters.length === 0 || this.#stopped) return;
    this.#question = this.#clock.setTimeout(() => this.#ask(), QUESTION_PERIOD);
    this.#store.requestProgress().catch((error: unknown) => {
      this.#logger.debug("the store's watch could not be asked for its progress", { error });
    });
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
    const onProgress = (revision: number): void => this.#advance(revision);
    this.#subscription = this.#store.watch("", { from: this.#revision, onProgress }).subscribe({
      next: (event) => this.#apply(event),
      error: (error: unknown) => void this.#recover(error),
    });
  }

  async #recover(error: unknown): Promise<void> {
    for (let cause = error; !this.#stopped; ) {
      if ((cause as { code?: string }).code === "CLOSED") return;
      this.#logger.warn("the store's watch ended; reading everything again", { error: cause });
      try {
        const page = await this.#store.list(REGISTRY_PREFIX);
        if (this.#stopped) return;
        this.#reconcile(page.entries, page.revision);
        this.#follow();
        return;
      } catch (failure) {
        cause = failure;
        await this.#clock.sleep(RECOVERY_PERIOD, this.#stopping.signal).catch(() => undefined);
      }
    }
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
      current?.value.settle();
      if (previous !== undefined || current !== undefined) {
        const namespace = (current ?? previous)!.namespace;
        place.cache.apply({ revision: event.revision, key: place.key, namespace, current, previous });
      }
    }
    this.#advance(event.revision);
  }

  #keepUnclaimed(key: string, event: StoreEvent): void {
    if (!key.startsWith(REGISTRY_PREFIX)) return;
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
