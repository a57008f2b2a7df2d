import type { ListOptions, Mutation, Transaction, WatchOptions } from "../store.ts";
import { StoreError } from "../store-error.ts";

/** Refuses a malformed transaction with `INVALID`. */
export function validateTransaction(transaction: Transaction): void {
  for (const { key, modRevision } of transaction.when) {
    validateKey(key);
    requireInteger("modRevision of a condition", modRevision, 0);
  }
  const { then } = transaction;
  if (then.length > 1) requireDistinct(then);
  for (const mutation of then) {
    validateKey(mutation.key);
    if (mutation.type !== "put" || mutation.ttl === undefined) continue;
    if (!(mutation.ttl > 0 && Number.isFinite(mutation.ttl)))
      throw invalid(`ttl must be a number of milliseconds greater than 0, got ${mutation.ttl}`);
  }
}

function requireDistinct(mutations: readonly Mutation[]): void {
  const named = new Set<string>();
  for (const { key } of mutations) {
    if (named.has(key)) throw invalid(`the transaction names the key "${key}" twice`);
    named.add(key);
  }
}

/** Refuses with `INVALID` what is not a key: the empty string, and text that has no UTF-8 form. */
export function validateKey(key: string): void {
  if (typeof key !== "string" || key === "") throw invalid("a key must be a non-empty string");
  if (!key.isWellFormed()) throw invalid("a key must not have lone surrogates");
}

/** Refuses a prefix that has no UTF-8 form with `INVALID`. */
export function validatePrefix(prefix: string): void {
  if (typeof prefix !== "string" || !prefix.isWellFormed()) throw invalid("a prefix must be well-formed text");
}

/** Refuses malformed list options with `INVALID`. */
export function validateListOptions(options: ListOptions): void {
  if (options.limit !== undefined) requireInteger("limit", options.limit, 0);
  if (options.revision !== undefined) requireInteger("revision", options.revision, 1);
}

/** Refuses malformed watch options with `INVALID`. */
export function validateWatchOptions(options: WatchOptions): void {
  if (options.from !== undefined) requireInteger("from", options.from, 0);
}

/** Refuses a revision to compact to with `INVALID`. */
export function validateCompaction(revision: number): void {
  requireInteger("revision", revision, 1);
}

function requireInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw invalid(`${name} must be an integer of at least ${least}, got ${value}`);
}

function invalid(message: string): StoreError {
  return new StoreError("INVALID", message);
}
