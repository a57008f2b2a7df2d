/**
 * What engines with their state in memory are made of: the tree, the history, the watches, deadlines and validation. For
 * authors of engines; users of a store need none of it.
 *
 * @packageDocumentation
 */
export { type Deadline, Expiry } from "./expiry.ts";
export { History } from "./history.ts";
export { comesBefore, compareKeys } from "./key-order.ts";
export { KeyTree } from "./key-tree.ts";
export { Ledger, type LedgerState } from "./ledger.ts";
export { compactRegularly } from "./regular-compaction.ts";
export { apply, undo, unmet } from "./transact.ts";
export * from "./validation.ts";
