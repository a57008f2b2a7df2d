import { isObject, type MutableObject } from "../member.ts";
import { deepFreeze, type JsonObject } from "../object.ts";
import { FieldSet } from "./field-set.ts";
import { normalElement, type PathElement } from "./path-element.ts";
import { TokenTree } from "./token-tree.ts";

/** Stored entries are frozen and shared, so one decoding serves every later write of the object. */
const decoded = new WeakMap<object, FieldSet>();
const encoded = new WeakMap<FieldSet, JsonObject>();

/** The set in a `fieldsV1`. Throws SyntaxError when an element is malformed. */
export function decodeFieldsV1(fields: unknown): FieldSet {
  if (!isObject(fields)) return FieldSet.EMPTY;
  const known = decoded.get(fields);
  if (known !== undefined) return known;
  const set = readFields(fields);
  if (Object.isFrozen(fields)) decoded.set(fields, set);
  return set;
}

function readFields(fields: MutableObject): FieldSet {
  const set = new FieldSet();
  for (const name of Object.keys(fields)) {
    if (name === ".") continue;
    const element = normalElement(name);
    if (element === undefined) continue;
    const below = fields[name];
    const children = isObject(below) ? readFields(below) : FieldSet.EMPTY;
    const self = isObject(below) && Object.hasOwn(below, ".");
    set.put(element, self || children.isEmpty, children);
  }
  return set;
}

/** Encodings by what is in the set, because objects of one template have equal sets. */
const alike = new TokenTree<PathElement | boolean, JsonObject>();

/** The `fieldsV1` of a set, frozen; the same instance for equal sets, as a rule. */
export function encodeFieldsV1(set: FieldSet): JsonObject {
  const known = encoded.get(set);
  if (known !== undefined) return known;
  alike.begin();
  describe(set);
  const fields = alike.get(() => encode(set));
  encoded.set(set, fields);
  return fields;
}

function describe(set: FieldSet): void {
  set.forEach((element, member, children) => {
    alike.add(element);
    alike.add(member);
    describe(children);
  });
  alike.add(END);
}

/** No path element is like this. */
const END = "";

function encode(set: FieldSet): JsonObject {
  const fields = deepFreeze(writeFields(set, false)) as JsonObject;
  decoded.set(fields, set);
  return fields;
}

function writeFields(set: FieldSet, self: boolean): MutableObject {
  const fields: MutableObject = {};
  if (self && !set.isEmpty) fields["."] = {};
  for (const [element, member, children] of set.sorted()) fields[element] = writeFields(children, member);
  return fields;
}
