import type { ManagedFieldsEntry } from "../object.ts";
import { timeOf } from "../time.ts";
import type { FieldSet } from "./field-set.ts";
import { decodeFieldsV1, encodeFieldsV1 } from "./fields-v1.ts";

/** Who owns fields: one entry of `metadata.managedFields`, decoded. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** "" for the resource itself. */
  readonly subresource: string;
  readonly time?: string;
  readonly set: FieldSet;
}

/** Managers by identity: name, operation, subresource, and for updaters the version. */
export type Managers = Map<string, Manager>;

/** The identity of a manager; sorts as upstream's identifiers do. */
export function managerKey(manager: Omit<Manager, "set">): string {
  const { operation, apiVersion, subresource } = manager;
  return JSON.stringify({
    ...(manager.manager === "" ? {} : { manager: manager.manager }),
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource }),
  });
}

/** Decodes `metadata.managedFields`; undefined when an entry is invalid. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers: Managers = new Map();
  for (const entry of entries ?? []) {
    const manager = decodeManager(entry);
    if (manager === undefined) return undefined;
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function decodeManager(entry: ManagedFieldsEntry): Manager | undefined {
  const { manager = "", operation, apiVersion, subresource = "", time, fieldsType, fieldsV1 } = entry;
  if (operation !== "Apply" && operation !== "Update") return undefined;
  if (!apiVersion || fieldsType !== "FieldsV1") return undefined;
  try {
    const set = decodeFieldsV1(fieldsV1);
    return { manager, operation, apiVersion, subresource, set, ...(time ? { time } : {}) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The entries in upstream's order: Apply before Update, then by time, manager, version and subresource. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(compareManagers).map(encodeManager);
}

function encodeManager(manager: Manager): ManagedFieldsEntry {
  const { operation, apiVersion, subresource, time, set } = manager;
  return Object.freeze({
    ...(manager.manager === "" ? {} : { manager: manager.manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: "FieldsV1" as const,
    fieldsV1: encodeFieldsV1(set),
    ...(subresource === "" ? {} : { subresource }),
  });
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareTexts(a.operation, b.operation) ||
    secondsOf(a) - secondsOf(b) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whole seconds since the epoch; 0 without a time. */
function secondsOf(manager: Manager): number {
  return Math.floor((timeOf(manager.time) ?? 0) / 1000);
}

/** True for what a client writes to forget all owners: `[]` or `[{}]`. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  if (entries.length === 0) return true;
  const [only] = entries;
  return entries.length === 1 && Object.values(only ?? {}).every((value) => value === undefined || value === null);
}

const MAX_UPDATERS = 10;
const ANCIENT = "ancient-changes";

/** Merges the oldest updaters of a version into one, while there are more than ten. Changes `managers`. */
export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, manager]) => manager.operation === "Update");
  if (updaters.length <= MAX_UPDATERS) return;
  updaters.sort(([a, left], [b, right]) => secondsOf(left) - secondsOf(right) || compareTexts(a, b));
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [key, manager] of updaters) {
    if (count <= MAX_UPDATERS) return;
    const first = firstOfVersion.get(manager.apiVersion);
    if (first === undefined) firstOfVersion.set(manager.apiVersion, key);
    else {
      mergeIntoAncient(managers, first, manager);
      managers.delete(key);
      count--;
    }
  }
}

function mergeIntoAncient(managers: Managers, first: string, manager: Manager): void {
  const bucket = { manager: ANCIENT, operation: "Update" as const, apiVersion: manager.apiVersion, subresource: "" };
  const key = managerKey(bucket);
  const base = managers.get(key) ?? managers.get(first);
  managers.delete(first);
  const set = base === undefined ? manager.set : base.set.union(manager.set);
  managers.set(key, { ...bucket, set, ...(manager.time === undefined ? {} : { time: manager.time }) });
}
