import { deepEqual } from "../copy.ts";
import { isObject, type MutableObject } from "../member.ts";
import { apiVersionOf, type KubernetesObject, type ManagedFieldsEntry, parseApiVersion } from "../object.ts";
import type { ResourceDefinition } from "../resource-definition.ts";
import type { StatusError } from "../status.ts";
import { badRequest, unknownError } from "../status-errors.ts";
import { formatTime } from "../time.ts";
import { type Conflict, conflictError, conflictSet } from "./conflict.ts";
import { FieldSet, fieldSetOf } from "./field-set.ts";
import { fieldsOfLastApplied, lastAppliedOf, withLastApplied } from "./last-applied.ts";
import {
  capUpdaters,
  decodeManagers,
  encodeManagers,
  isReset,
  type Manager,
  type Managers,
  managerKey,
} from "./managers.ts";
import { mergeTyped } from "./merge-typed.ts";
import { completeObjectSchema } from "./object-schema.ts";
import { Ownership, setManager, type VersionViews } from "./ownership.ts";
import { ShapeMemo } from "./shape-memo.ts";
import { typedErrors } from "./validate-typed.ts";

/** Who writes, and when. */
export interface FieldManagerWrite {
  /** Name of the field manager; "" counts as `unknown`. */
  readonly manager: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface FieldManagerOptions {
  /** "" (the default) for the resource itself. */
  readonly subresource?: string;
  /**
   * Fields that writes through this path do not change, so that nobody owns them by it, such as `[["status"]]`. Default: `status` for
   * the resource itself, `spec` for its `status` subresource.
   */
  readonly ignored?: readonly (readonly string[])[];
  /**
   * The object that a create starts from. Default: nothing but apiVersion and kind. For built-in kinds the zero value, with its empty
   * structs (`{ spec: { strategy: {} }, status: {} }`): structs that are always there are owned by nobody.
   */
  readonly empty?: KubernetesObject;
  /** Other versions of the kind that look different. Default: all versions look the same. */
  readonly versions?: VersionViews;
}

/** The result of an apply. */
export interface Applied {
  /** The merged object with its new `metadata.managedFields`; shares frozen parts with its inputs, not defaulted. */
  readonly object: KubernetesObject;
  /** False when neither the object nor its ownership changed: nothing needs to be written. */
  readonly changed: boolean;
}

/** Keeps `metadata.managedFields` (KEP-555) of one kind at one version, through one subresource. */
export interface FieldManager {
  /**
   * The managedFields after a create (`live` is undefined), update or patch: `manager` owns every field that changed, the others lose it.
   * `next` is complete (defaulted) and carries the managedFields that the client sent. undefined: no entries.
   */
  update(
    live: KubernetesObject | undefined,
    next: KubernetesObject,
    write: FieldManagerWrite,
  ): readonly ManagedFieldsEntry[] | undefined;
  /**
   * Applies a configuration (decoded, not defaulted) to the live object, or to nothing. Throws StatusError: 409 with every conflict
   * (unless `force`), 400 for another kind or for managedFields in the configuration, 500 when it does not fit the schema.
   */
  apply(
    live: KubernetesObject | undefined,
    applied: KubernetesObject,
    write: FieldManagerWrite & { readonly force: boolean },
  ): Applied;
}

/** The server keeps these itself; nobody owns them. */
const UNOWNED: FieldSet = fieldSetOf([
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => ["metadata", name]),
]);

const BEFORE_FIRST_APPLY = "before-first-apply";

type Kind = Pick<ResourceDefinition, "group" | "version" | "kind" | "schema" | "resolve">;

/** A {@link FieldManager} for this kind. Cheap: types are worked out once per schema. */
export function createFieldManager(kind: Kind, options: FieldManagerOptions = {}): FieldManager {
  return new ObjectFieldManager(kind, options);
}

function defaultIgnored(subresource: string): readonly (readonly string[])[] {
  if (subresource === "") return [["status"]];
  return subresource === "status" ? [["spec"]] : [];
}

class ObjectFieldManager implements FieldManager {
  readonly #kind: Kind;
  readonly #subresource: string;
  readonly #ownership: Ownership;
  readonly #empty: KubernetesObject;
  /** What the creator of an object owns. */
  readonly #created: ShapeMemo<FieldSet>;

  constructor(kind: Kind, { subresource = "", ignored, empty, versions }: FieldManagerOptions) {
    this.#kind = kind;
    this.#empty = empty ?? { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: {} };
    this.#subresource = subresource;
    const set = fieldSetOf(ignored ?? defaultIgnored(subresource));
    this.#ownership = new Ownership(apiVersionOf(kind), completeObjectSchema(kind.schema), kind.resolve, set, versions);
    this.#created = new ShapeMemo(this.#ownership.type, this.#empty);
  }

  update(
    live: KubernetesObject | undefined,
    next: KubernetesObject,
    write: FieldManagerWrite,
  ): readonly ManagedFieldsEntry[] | undefined {
    const managers = this.#managersBefore(live, next);
    if (managers.size === 0 && live !== undefined) return undefined;
    if (live === undefined && managers.size === 0) this.#recordCreate(next, managers, write);
    else this.#recordUpdate(live ?? this.#empty, next, managers, write);
    capUpdaters(managers);
    const entries = encodeManagers(managers);
    const before = live?.metadata?.managedFields;
    return before !== undefined && deepEqual(entries, before) ? before : entries;
  }

  /** The client's entries when they are valid, else the live ones. A subresource never takes the client's. */
  #managersBefore(live: KubernetesObject | undefined, next: KubernetesObject): Managers {
    const liveEntries = live?.metadata?.managedFields;
    const sent = next.metadata?.managedFields;
    if (this.#subresource === "" && !deepEqual(sent, liveEntries)) {
      if (isReset(sent)) return new Map();
      const managers = decodeManagers(sent);
      if (managers !== undefined && managers.size > 0) return managers;
    }
    return decodeManagers(liveEntries) ?? new Map();
  }

  /** A create: whoever makes an object owns all of it. The result depends on the object's shape alone. */
  #recordCreate(created: KubernetesObject, managers: Managers, write: FieldManagerWrite): void {
    const owned = this.#created.get(created, () => {
      const { modified, added } = this.#ownership.compare(this.#empty, created);
      return modified.union(added).difference(UNOWNED);
    });
    if (!owned.isEmpty) setManager(managers, this.#manager(write.manager, "Update", owned, write.now));
  }

  #recordUpdate(before: unknown, after: unknown, managers: Managers, write: FieldManagerWrite): void {
    const changes = this.#ownership.compare(before, after);
    this.#ownership.transfer(before, after, changes, managers, undefined, () => true);
    const gained = changes.modified.union(changes.added).difference(UNOWNED);
    if (gained.isEmpty) return;
    const updater = this.#manager(write.manager, "Update", gained, write.now);
    const previous = managers.get(managerKey(updater));
    setManager(managers, previous === undefined ? updater : { ...updater, set: previous.set.union(gained) });
  }

  #manager(name: string, operation: "Apply" | "Update", set: FieldSet, now: number | undefined): Manager {
    return {
      manager: name === "" ? "unknown" : name,
      operation,
      apiVersion: this.#ownership.apiVersion,
      subresource: this.#subresource,
      set,
      ...(now === undefined ? {} : { time: formatTime(now) }),
    };
  }

  apply(
    live: KubernetesObject | undefined,
    applied: KubernetesObject,
    write: FieldManagerWrite & { readonly force: boolean },
  ): Applied {
    this.#check(applied);
    const before = live ?? this.#empty;
    const managers = decodeManagers(live?.metadata?.managedFields);
    if (managers === undefined) throw unknownError("failed to decode managed fields");
    if (managers.size === 0) {
      this.#recordUpdate(this.#empty, before, managers, { manager: BEFORE_FIRST_APPLY, now: write.now });
      capUpdaters(managers);
    }
    const { compared, stored } = this.#merge(before, applied, managers, write);
    if (!deepEqual(before, compared)) stampTime(managers, this.#applierKey(write), write.now);
    const result = write.manager === "kubectl" && lastAppliedOf(stored) ? withLastApplied(stored, applied) : stored;
    const object = withManagedFields(result, encodeManagers(managers));
    return { object, changed: live === undefined || !deepEqual(live, object) };
  }

  #applierKey(write: FieldManagerWrite): string {
    return managerKey(this.#manager(write.manager, "Apply", FieldSet.EMPTY, undefined));
  }

  #merge(
    live: unknown,
    applied: unknown,
    managers: Managers,
    write: FieldManagerWrite & { readonly force: boolean },
  ): { compared: unknown; stored: unknown } {
    const key = this.#applierKey(write);
    const last = managers.get(key);
    const named = this.#ownership.appliedSet(applied).difference(UNOWNED);
    const set = last?.set.equals(named) ? last.set : named;
    const applier = this.#manager(write.manager, "Apply", set, undefined);
    managers.set(key, last?.time === undefined ? applier : { ...applier, time: last.time });
    const merged = mergeTyped(live, applied, this.#ownership.type);
    const result = this.#ownership.prune(merged, managers, last);
    const changes = this.#ownership.compare(live, result.compared);
    const conflicts = this.#ownership.transfer(live, result.compared, changes, managers, key, (found) =>
      this.#mayTake(found, live, write),
    );
    if (!this.#mayTake(conflicts, live, write)) throw this.#conflictError(conflicts, live, write);
    return result;
  }

  /** Whether the conflicts do not matter: none, forced, or kubectl taking over from its client-side apply. */
  #mayTake(conflicts: readonly Conflict[], live: unknown, write: { manager: string; force: boolean }): boolean {
    if (write.force || conflicts.length === 0) return true;
    return conflictSet(conflicts).difference(this.#takeable(live, write)).isEmpty;
  }

  #takeable(live: unknown, write: { readonly manager: string }): FieldSet {
    if (write.manager !== "kubectl") return FieldSet.EMPTY;
    return fieldsOfLastApplied(live, this.#ownership.apiVersion, this.#ownership.type);
  }

  #conflictError(conflicts: readonly Conflict[], live: unknown, write: { readonly manager: string }): StatusError {
    const takeable = this.#takeable(live, write);
    const left = conflicts.map(({ manager, set }) => ({ manager, set: set.difference(takeable) }));
    return conflictError(left.filter(({ set }) => !set.isEmpty));
  }

  #check(applied: KubernetesObject): void {
    const { group, version, kind } = this.#kind;
    // What is no text counts as missing, as in Go's unstructured objects.
    const sent = parseApiVersion(typeof applied.apiVersion === "string" ? applied.apiVersion : "");
    if (sent.group !== group || sent.version !== version || applied.kind !== kind) {
      throw badRequest(`invalid object type: ${kindText({ ...sent, kind: applied.kind ?? "" })}`);
    }
    if (applied.metadata?.managedFields) throw badRequest("metadata.managedFields must be nil");
    const errors = typedErrors(applied, this.#ownership.type);
    if (errors.length === 0) return;
    const { namespace, name } = applied.metadata ?? {};
    const shown = [namespace, name].map((each: unknown) => (typeof each === "string" ? each : "")).join("/");
    const text = errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join("\n")}`;
    throw unknownError(`failed to create typed patch object (${shown}; ${kindText(this.#kind)}): ${text}`);
  }
}

/** `apps/v1, Kind=Deployment`, as Go prints a GroupVersionKind. */
function kindText({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return `${group}/${version}, Kind=${kind}`;
}

function stampTime(managers: Managers, key: string, now: number): void {
  const manager = managers.get(key);
  if (manager !== undefined) managers.set(key, { ...manager, time: formatTime(now) });
}

function withManagedFields(object: unknown, entries: readonly ManagedFieldsEntry[] | undefined): KubernetesObject {
  const { metadata, ...rest } = (isObject(object) ? object : {}) as KubernetesObject & MutableObject;
  const { managedFields: _, ...others } = metadata ?? {};
  const { apiVersion, kind, ...body } = rest;
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: entries === undefined ? others : { ...others, managedFields: entries },
    ...body,
  };
}
