import type { Entry, Store, Transaction, Value } from "../store.ts";
import { StoreError, type StoreErrorCode } from "../store-error.ts";
import { TextValue } from "../value.ts";

/** Throws unless both are equal as JSON. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: expected ${should}, got ${is}`);
}

/** Throws unless `promise` rejects with a `StoreError` of this code. */
export async function refused(promise: Promise<unknown>, code: StoreErrorCode, what: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw new Error(`${what}: expected a StoreError ${code}, got ${String(error)}`);
  equal(error.code, code, what);
}

/** A text value. */
export function text(content: string): Value {
  return new TextValue(content);
}

/** The text of an entry's value; undefined when there is no entry. */
export function textOf(entry: Entry | undefined): string | undefined {
  return entry === undefined ? undefined : new TextDecoder().decode(entry.value.bytes());
}

/** An entry in short: key, text, createRevision, modRevision. */
export function brief(entry: Entry | undefined): unknown[] | undefined {
  return entry === undefined ? undefined : [entry.key, textOf(entry), entry.createRevision, entry.modRevision];
}

/** Commits without conditions; returns the revision. */
export async function apply(store: Store, ...then: Transaction["then"]): Promise<number> {
  const commit = await store.commit({ when: [], then });
  if (!commit.succeeded) throw new Error("a commit without conditions must succeed");
  return commit.revision;
}

/** Puts one text; returns the revision. */
export function put(store: Store, key: string, content: string, ttl?: number): Promise<number> {
  return apply(store, { type: "put", key, value: text(content), ...(ttl === undefined ? {} : { ttl }) });
}

/** Deletes one key; returns the revision. */
export function remove(store: Store, key: string): Promise<number> {
  return apply(store, { type: "delete", key });
}
