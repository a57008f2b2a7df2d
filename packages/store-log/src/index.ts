/**
 * A store on this machine's disk.
 *
 * @packageDocumentation
 */
export type { DurableFile, OpenDurableFile } from "./durable-file.ts";
export type { LogStore } from "./log-store.ts";
export { type LogStoreOptions, openLogStore } from "./open-log-store.ts";
