import { jsonKind } from "../codec/decode-fields.ts";
import { deepEqual } from "../copy.ts";
import { isObject, type MutableObject, memberOf, setMember } from "../member.ts";
import { badRequest, rejectedRequest, tooLarge } from "../status-errors.ts";

/** Operations that one JSON patch may have. */
export const MAX_JSON_PATCH_OPERATIONS = 10_000;

/** Bytes that `copy` operations of one patch may add together. */
const MAX_COPY_CHARACTERS = 3 * 1024 * 1024;

interface Operation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

/** Why an operation cannot be done; upstream says the same 422 for all of them. */
const FAILED = Symbol("failed");

/**
 * Applies a JSON patch (RFC 6902) as upstream's library does: `replace` of a missing member adds it, `test` for null passes on a
 * missing member, negative indices count from the end, the root itself cannot be replaced. Takes frozen values, changes nothing,
 * and shares what it does not touch. Throws StatusError 400 (no list of operations), 413 (too many), 422 (an operation fails).
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonKind(patch)} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  if (patch.length > MAX_JSON_PATCH_OPERATIONS) {
    throw tooLarge(
      `The allowed maximum operations in a JSON patch is ${MAX_JSON_PATCH_OPERATIONS}, got ${patch.length}`,
    );
  }
  return new JsonPatcher(target).apply(patch);
}

class JsonPatcher {
  #root: unknown;
  /** Containers that this patch made itself and may change. */
  readonly #own = new Set<object>();
  #copied = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  apply(operations: readonly unknown[]): unknown {
    for (const operation of operations) {
      if (!isObject(operation) || !this.#operate(operation)) throw rejectedRequest();
    }
    return this.#root;
  }

  #operate(operation: Operation): boolean {
    const path = pointerOf(operation.path);
    if (path === undefined) return false;
    const value = operation.value ?? null;
    switch (operation.op) {
      case "add":
        return this.#change(path, (holder, key) => add(holder, key, value));
      case "remove":
        return this.#change(path, remove);
      case "replace":
        return this.#change(path, (holder, key) => replace(holder, key, value));
      case "test":
        return this.#test(path, value);
      case "move":
      case "copy":
        return this.#transfer(operation.op, pointerOf(operation.from), path);
      default:
        return false;
    }
  }

  /** Copies the containers on the way once, then lets `change` work on the last one. */
  #change(path: readonly string[], change: (holder: object, key: string) => boolean): boolean {
    let holder = this.#writable(this.#root);
    if (holder === undefined) return false;
    this.#root = holder;
    for (const step of path.slice(0, -1)) {
      const inner = this.#writable(get(holder, step));
      if (inner === undefined) return false;
      replace(holder, step, inner);
      holder = inner;
    }
    return change(holder, path[path.length - 1] as string);
  }

  #writable(value: unknown): object | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }

  #find(path: readonly string[]): unknown {
    let value: unknown = this.#root;
    for (const step of path.slice(0, -1)) {
      value = typeof value === "object" && value !== null ? get(value, step) : FAILED;
      if (typeof value !== "object" || value === null) return FAILED;
    }
    return get(value as object, path[path.length - 1] as string);
  }

  #test(path: readonly string[], expected: unknown): boolean {
    const actual = this.#find(path);
    if (actual === FAILED) return false;
    return deepEqual(actual ?? null, expected);
  }

  #transfer(operation: "move" | "copy", from: readonly string[] | undefined, path: readonly string[]): boolean {
    if (from === undefined) return false;
    const value = this.#find(from);
    if (value === FAILED) return false;
    if (operation === "move" && !this.#change(from, remove)) return false;
    if (operation === "copy") {
      this.#copied += JSON.stringify(value ?? null).length;
      if (this.#copied > MAX_COPY_CHARACTERS) return false;
      this.#disown(value);
    }
    return this.#change(path, (holder, key) => add(holder, key, value ?? null));
  }

  /** A value that stands in two places is nobody's to change. */
  #disown(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    this.#own.delete(value);
    for (const member of Object.values(value)) this.#disown(member);
  }
}

/** The steps of a JSON pointer (RFC 6901); undefined for the root and for what is no pointer. */
function pointerOf(pointer: unknown): string[] | undefined {
  if (typeof pointer !== "string") return undefined;
  const steps = pointer.split("/").slice(1);
  if (steps.length === 0) return undefined;
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** undefined for a missing member of an object, FAILED for an index that is none. */
function get(holder: object, key: string): unknown {
  if (!Array.isArray(holder)) return memberOf(holder as MutableObject, key);
  const index = indexOf(key, holder.length - 1);
  return index === undefined ? FAILED : holder[index];
}

function indexOf(key: string, last: number): number | undefined {
  if (!/^-?[0-9]{1,9}$/.test(key)) return undefined;
  const index = Number(key) < 0 ? Number(key) + last + 1 : Number(key);
  return index >= 0 && index <= last ? index : undefined;
}

function add(holder: object, key: string, value: unknown): boolean {
  if (!Array.isArray(holder)) {
    setMember(holder as MutableObject, key, value);
    return true;
  }
  const index = key === "-" ? holder.length : indexOf(key, holder.length);
  if (index === undefined) return false;
  holder.splice(index, 0, value);
  return true;
}

function remove(holder: object, key: string): boolean {
  if (!Array.isArray(holder)) return Object.hasOwn(holder, key) && delete (holder as MutableObject)[key];
  const index = indexOf(key, holder.length - 1);
  if (index === undefined) return false;
  holder.splice(index, 1);
  return true;
}

function replace(holder: object, key: string, value: unknown): boolean {
  if (!Array.isArray(holder)) return add(holder, key, value);
  const index = indexOf(key, holder.length - 1);
  if (index === undefined) return false;
  holder[index] = value;
  return true;
}
