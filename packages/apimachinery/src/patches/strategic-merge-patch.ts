import { isObject, type MutableObject, memberOf, setMember } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import { resolveSchema } from "../schema.ts";
import { badRequest, rejectedRequest, unknownError } from "../status-errors.ts";
import { printGo } from "./go-print.ts";
import { orderElements, sameElement } from "./strategic-order.ts";

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_FROM_LIST = "$deleteFromPrimitiveList/";
const SET_ORDER = "$setElementOrder/";
/** How all directives begin. */
const DOLLAR = 36;

/**
 * Applies a strategic merge patch: lists with a patch merge key in the schema are merged element by element; `$patch` (`replace`,
 * `delete`), `$retainKeys`, `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>` direct the merge. Takes frozen values,
 * changes nothing, and shares what it does not touch. Throws StatusError 400 for malformed directives, 422 for lists of lists, 500
 * for what upstream does not expect either (unknown `$patch`, an element without its merge key).
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema: Schema, resolve: SchemaResolver): unknown {
  if (!isObject(patch)) throw badRequest("invalid JSON document");
  return new StrategicMerger(resolve).mergeMap(isObject(target) ? target : {}, patch, schema);
}

/** What the schema says about a field: how to merge it and what its elements are. */
interface Field {
  readonly schema: Schema | undefined;
  readonly strategies: readonly string[];
  readonly mergeKey: string;
}

const NO_NAMES: ReadonlySet<string> = new Set();
const UNKNOWN_FIELD: Field = { schema: undefined, strategies: [], mergeKey: "" };

/** The fields of structs, worked out once. */
const fieldsOfResolver = new WeakMap<SchemaResolver, WeakMap<Schema, Map<string, Field>>>();

class StrategicMerger {
  readonly #resolve: SchemaResolver;
  readonly #fields: WeakMap<Schema, Map<string, Field>>;

  constructor(resolve: SchemaResolver) {
    this.#resolve = resolve;
    this.#fields = fieldsOfResolver.get(resolve) ?? new WeakMap();
    fieldsOfResolver.set(resolve, this.#fields);
  }

  mergeMap(live: MutableObject, patch: MutableObject, schema: Schema | undefined): MutableObject {
    if (Object.hasOwn(patch, PATCH)) return directedMap(patch);
    const merged = retainKeys({ ...live }, patch);
    const ordered = this.#applyOrders(merged, patch, schema);
    for (const name of Object.keys(patch)) {
      const value = patch[name];
      if (name.charCodeAt(0) !== DOLLAR) this.#mergeMember(merged, name, value, schema, ordered);
      else if (name === RETAIN_KEYS || name.startsWith(SET_ORDER)) continue;
      else if (name.startsWith(DELETE_FROM_LIST)) deleteFromList(merged, name.slice(DELETE_FROM_LIST.length), value);
      else this.#mergeMember(merged, name, value, schema, ordered);
    }
    return merged;
  }

  #mergeMember(
    merged: MutableObject,
    name: string,
    value: unknown,
    schema: Schema | undefined,
    ordered: ReadonlySet<string>,
  ): void {
    if (ordered.has(name)) return;
    const live = memberOf(merged, name);
    if (value === null) delete merged[name];
    else if (isObject(value) && isObject(live)) {
      const field = this.#field(schema, name);
      const replaced = field.strategies.includes("replace");
      setMember(merged, name, replaced ? value : this.mergeMap(live, value, field.schema));
    } else if (Array.isArray(value) && Array.isArray(live)) {
      setMember(merged, name, this.#mergeList(live, value, this.#field(schema, name)));
    } else {
      const plain = withoutDirectives(value);
      if (plain === undefined) delete merged[name];
      else setMember(merged, name, plain);
    }
  }

  #mergeList(live: readonly unknown[], patch: readonly unknown[], field: Field): readonly unknown[] {
    if (!field.strategies.includes("merge")) return patch;
    if (live.length === 0 && patch.length === 0) return live;
    if (elementKind(live, patch) !== "object") {
      const merged = [...new Set([...live, ...patch])];
      return orderElements(merged, patch, live, sameElement(""));
    }
    return this.#mergeElements(live, patch, field);
  }

  #mergeElements(live: readonly unknown[], patch: readonly unknown[], field: Field): unknown[] {
    const { mergeKey } = field;
    if (mergeKey === "") throw unknownError("cannot merge lists without merge key for ");
    const plain: MutableObject[] = [];
    let base = [...live] as MutableObject[];
    let replace = false;
    for (const element of patch as MutableObject[]) {
      if (!Object.hasOwn(element, PATCH)) plain.push(element);
      else if (element[PATCH] === "replace") replace = true;
      else base = deleteElement(base, element, mergeKey);
    }
    if (replace) return plain;
    const merged = [...base];
    for (const element of plain) this.#mergeElement(merged, element, field);
    return orderElements(merged, plain, base, sameElement(mergeKey));
  }

  #mergeElement(merged: MutableObject[], element: MutableObject, field: Field): void {
    const key = keyOf(element, field.mergeKey);
    const at = merged.findIndex((other) => other[field.mergeKey] === key);
    if (at < 0) merged.push(element);
    else merged[at] = this.mergeMap(merged[at] as MutableObject, element, field.schema);
  }

  /** Handles every `$setElementOrder` with its list; returns the names of the lists that are done. */
  #applyOrders(merged: MutableObject, patch: MutableObject, schema: Schema | undefined): ReadonlySet<string> {
    let done: Set<string> | undefined;
    for (const directive of Object.keys(patch)) {
      if (directive.charCodeAt(0) !== DOLLAR || !directive.startsWith(SET_ORDER)) continue;
      const order = patch[directive];
      const name = directive.slice(SET_ORDER.length);
      const field = this.#field(schema, name);
      const live = listOf(memberOf(merged, name));
      const change = listOf(memberOf(patch, name));
      if (!Array.isArray(order)) throw badOrder();
      checkOrder(change ?? [], order, field.mergeKey);
      const list = live && change ? this.#mergeList(live, change, field) : (live ?? withoutDirectives(change));
      if (list !== undefined) {
        setMember(merged, name, orderElements(list as unknown[], order, live ?? [], sameElement(field.mergeKey)));
      }
      done ??= new Set();
      done.add(name);
    }
    return done ?? NO_NAMES;
  }

  #field(schema: Schema | undefined, name: string): Field {
    if (schema === undefined) return UNKNOWN_FIELD;
    let known = this.#fields.get(schema);
    if (known === undefined) {
      known = new Map();
      this.#fields.set(schema, known);
    }
    // A map may have any members: only those of structs are kept.
    if (memberOf(schema.properties, name) === undefined) return this.#readField(schema, name);
    let field = known.get(name);
    if (field === undefined) {
      field = this.#readField(schema, name);
      known.set(name, field);
    }
    return field;
  }

  #readField(schema: Schema, name: string): Field {
    const written = memberOf(schema.properties, name) ?? mapValue(schema);
    if (written === undefined) return UNKNOWN_FIELD;
    const resolved = resolveSchema(written, this.#resolve);
    const element = resolved.type === "array" ? resolved.items : resolved;
    return {
      schema: element === undefined ? undefined : resolveSchema(element, this.#resolve),
      strategies: written["x-kubernetes-patch-strategy"]?.split(",") ?? [],
      mergeKey: written["x-kubernetes-patch-merge-key"] ?? "",
    };
  }
}

function mapValue(schema: Schema): Schema | undefined {
  return isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
}

/** A map that says itself what becomes of it. */
function directedMap(patch: MutableObject): MutableObject {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  throw unknownError(`unknown patch type: ${printGo(directive)} in map: ${printGo(patch)}`);
}

function retainKeys(live: MutableObject, patch: MutableObject): MutableObject {
  const keep = patch[RETAIN_KEYS];
  if (keep === undefined) return live;
  if (!Array.isArray(keep)) throw badRequest("invalid patch format of retainKeys");
  for (const [name, value] of Object.entries(patch)) {
    const directive = name === RETAIN_KEYS || name.startsWith(DELETE_FROM_LIST) || name.startsWith(SET_ORDER);
    if (!directive && value !== null && !keep.includes(name)) throw badRequest("invalid patch format of retainKeys");
  }
  for (const name of Object.keys(live)) if (!keep.includes(name)) delete live[name];
  return live;
}

function deleteFromList(merged: MutableObject, name: string, values: unknown): void {
  const live = memberOf(merged, name);
  if (!Array.isArray(live)) return;
  if (!Array.isArray(values)) throw badRequest("invalid patch format of primitive list");
  setMember(
    merged,
    name,
    live.filter((value) => !values.includes(value)),
  );
}

function deleteElement(live: readonly MutableObject[], element: MutableObject, mergeKey: string): MutableObject[] {
  const directive = element[PATCH];
  if (directive === "merge") throw unknownError("merging lists cannot yet be specified in the patch");
  if (directive !== "delete") {
    throw unknownError(`unknown patch type: ${printGo(directive)} in map: ${printGo(element)}`);
  }
  const key = keyOf(element, mergeKey);
  return live.filter((other) => other[mergeKey] !== key);
}

function keyOf(element: MutableObject, mergeKey: string): unknown {
  if (!Object.hasOwn(element, mergeKey)) {
    throw unknownError(`map: ${printGo(element)} does not contain declared merge key: ${mergeKey}`);
  }
  return element[mergeKey];
}

/** `object` or `scalar`; lists may not be mixed, nor hold lists. */
function elementKind(...lists: readonly (readonly unknown[])[]): "object" | "scalar" {
  const kinds = new Set<string>();
  for (const list of lists) for (const element of list) kinds.add(Array.isArray(element) ? "array" : typeof element);
  if (kinds.has("array")) throw rejectedRequest();
  if (kinds.size > 1) throw unknownError(`list element types are not identical: ${printGo(lists)}`);
  return kinds.has("object") ? "object" : "scalar";
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw unknownError(`expected a []interface {}, but received a ${typeof value}`);
  return value;
}

function badOrder(): Error {
  return badRequest("invalid patch format of setElementOrder list");
}

/** The elements of the patch must come in the order that `$setElementOrder` gives. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const same = sameElement(mergeKey);
  const plain = patch.filter((element) => !isObject(element) || !Object.hasOwn(element, PATCH));
  let next = 0;
  for (const element of order) if (next < plain.length && same(plain[next], element)) next++;
  if (next < plain.length) {
    throw unknownError(
      `The order in patch list:\n${printGo(patch)}\n doesn't match $setElementOrder list:\n${printGo(order)}\n`,
    );
  }
}

/** A value that the live object does not have yet: without nulls and without what directives would delete. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((element) => element !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const plain: MutableObject = {};
  for (const [name, member] of Object.entries(value)) {
    const inner = member === null ? undefined : withoutDirectives(member);
    if (inner !== undefined) setMember(plain, name, inner);
  }
  return plain;
}
