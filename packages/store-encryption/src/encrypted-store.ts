import type { Entry, Mutation, Page, Store, StoreEvent, Value } from "@pinnace/store";
import { map } from "rxjs";
import type { Transformer } from "./transformer.ts";

export interface EncryptedStoreOptions {
  /** What the values of a key are encrypted with; undefined: they are stored as they are. Always the same for a key. */
  readonly transformerOf: (key: string) => Transformer | undefined;
}

/**
 * A store whose values are encrypted in the one behind it. Everything else is that store's: keys, revisions, watches,
 * errors. Values that were written by this process keep their identity; a value that was read from the disk is decrypted
 * when somebody asks for its bytes, and then throws `CORRUPT` when that is not possible.
 */
export function createEncryptedStore(store: Store, { transformerOf }: EncryptedStoreOptions): Store {
  const opening = new EntryOpener(transformerOf);
  const seal = (mutation: Mutation): Mutation => {
    const transformer = mutation.type === "put" ? transformerOf(mutation.key) : undefined;
    if (mutation.type === "delete" || transformer === undefined) return mutation;
    return { ...mutation, value: new SealedValue(mutation.value, mutation.key, transformer) };
  };
  return {
    read: async (key) => opening.entry(await store.read(key)),
    list: async (prefix, options) => opening.page(await store.list(prefix, options)),
    commit: async ({ when, then }) => {
      const commit = await store.commit({ when, then: then.map(seal) });
      if (commit.succeeded) return commit;
      return { ...commit, current: commit.current.map((entry) => opening.entry(entry)) };
    },
    watch: (prefix, options) => store.watch(prefix, options).pipe(map((event) => opening.event(event))),
    compact: (revision) => store.compact(revision),
    revision: () => store.revision(),
    requestProgress: () => store.requestProgress(),
    close: () => store.close(),
  };
}

/** A value on its way to the disk: it is encrypted once, when the engine asks for its bytes. */
class SealedValue implements Value {
  readonly plain: Value;
  readonly #key: string;
  readonly #transformer: Transformer;
  #bytes: Uint8Array | undefined;

  constructor(plain: Value, key: string, transformer: Transformer) {
    this.plain = plain;
    this.#key = key;
    this.#transformer = transformer;
  }

  bytes(): Uint8Array {
    this.#bytes ??= this.#transformer.seal(this.plain.bytes(), this.#key) ?? this.plain.bytes();
    return this.#bytes;
  }
}

/** A value from the disk: it is decrypted once, when somebody asks for its bytes. */
class OpenedValue implements Value {
  readonly #stored: Value;
  readonly #key: string;
  readonly #transformer: Transformer;
  #bytes: Uint8Array | undefined;

  constructor(stored: Value, key: string, transformer: Transformer) {
    this.#stored = stored;
    this.#key = key;
    this.#transformer = transformer;
  }

  bytes(): Uint8Array {
    this.#bytes ??= this.#transformer.open(this.#stored.bytes(), this.#key);
    return this.#bytes;
  }
}

/** Makes entries with plain values; the same one for the same entry. */
class EntryOpener {
  readonly #transformerOf: EncryptedStoreOptions["transformerOf"];
  readonly #opened = new WeakMap<Entry, Entry>();

  constructor(transformerOf: EncryptedStoreOptions["transformerOf"]) {
    this.#transformerOf = transformerOf;
  }

  entry(stored: Entry | undefined): Entry | undefined {
    return stored === undefined ? undefined : this.#open(stored);
  }

  page(page: Page): Page {
    return { ...page, entries: page.entries.map((entry) => this.#open(entry)) };
  }

  event(event: StoreEvent): StoreEvent {
    const previous = this.entry(event.previous);
    return Object.freeze(
      event.type === "put" ? { ...event, entry: this.#open(event.entry), previous } : { ...event, previous },
    );
  }

  #open(stored: Entry): Entry {
    const transformer = this.#transformerOf(stored.key);
    if (transformer === undefined) return stored;
    let entry = this.#opened.get(stored);
    if (entry === undefined) {
      const { key, value } = stored;
      const plain = value instanceof SealedValue ? value.plain : new OpenedValue(value, key, transformer);
      entry = Object.freeze({ ...stored, value: plain });
      this.#opened.set(stored, entry);
    }
    return entry;
  }
}
