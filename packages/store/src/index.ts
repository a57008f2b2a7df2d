/**
 * A revisioned key-value store with watch: the contract that everything above it relies on, an engine in memory, and
 * (under `@pinnace/store/compliance`) the cases that every engine passes. It knows nothing of Kubernetes.
 *
 * ```ts
 * import { createRealClock } from "@pinnace/clock";
 * import { createMemoryStore, TextValue } from "@pinnace/store";
 *
 * const store = createMemoryStore({ clock: createRealClock() });
 * const watching = store.watch("/boats/").subscribe((event) => console.log(event.type, event.revision)); // put 2
 *
 * const commit = await store.commit({
 *   when: [{ key: "/boats/pinnace", modRevision: 0 }], // it does not exist yet
 *   then: [{ type: "put", key: "/boats/pinnace", value: new TextValue("a small boat") }],
 * });
 * console.log(commit.succeeded, commit.revision); // true 2
 * const { entries, revision } = await store.list("/boats/", { limit: 500 });
 * watching.unsubscribe(); // closing the store is an error for those who still watch
 * await store.close();
 * ```
 *
 * Entries live in a B-tree that is copied on write, so a consistent snapshot costs nothing until something changes, and
 * pages, counts and forks cost O(log n). Authors of engines find these parts under `@pinnace/store/engine`.
 *
 * @packageDocumentation
 */
export { createMemoryStore, type MemoryStore, type MemoryStoreOptions } from "./memory-store.ts";
export * from "./store.ts";
export * from "./store-error.ts";
export { BytesValue, TextValue } from "./value.ts";
