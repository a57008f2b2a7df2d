import { isObject, type MutableObject, setMember } from "../member.ts";
import type { FieldSet } from "./field-set.ts";
import { type FieldType, type ListFieldType, type MapFieldType, typeFor } from "./field-type.ts";
import { elementOf } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";

/**
 * The value without the fields of a set. A collection that loses its last item becomes null: whoever owns the collection itself goes
 * on owning it. With `dropEmptied` it is left out of its parent instead. Changes nothing and shares what it can.
 */
export function removeItems(value: unknown, set: FieldSet, written: FieldType, dropEmptied = false): unknown {
  if (set.isEmpty) return value;
  const type = typeFor(written, value);
  if (type.kind === "list" && Array.isArray(value) && !type.atomic)
    return removeFromList(value, set, type, dropEmptied);
  if (type.kind === "map" && isObject(value) && !type.atomic) return removeFromMap(value, set, type, dropEmptied);
  return value;
}

function removeFromList(list: readonly unknown[], set: FieldSet, type: ListFieldType, dropEmptied: boolean): unknown {
  const rest: unknown[] = [];
  for (const item of list) {
    const element = elementOf(item, type);
    if (typeof element !== "string") rest.push(item);
    else if (!set.has(element)) rest.push(removeItems(item, set.child(element), type.element(), dropEmptied));
  }
  return rest.length === 0 ? null : rest;
}

function removeFromMap(map: MutableObject, set: FieldSet, type: MapFieldType, dropEmptied: boolean): unknown {
  const rest: MutableObject = {};
  let kept = 0;
  for (const name of Object.keys(map)) {
    const element = fieldElement(name);
    if (set.has(element)) continue;
    kept++;
    const member = type.member(name);
    const value = member === undefined ? map[name] : removeItems(map[name], set.child(element), member, dropEmptied);
    if (!dropEmptied || value !== null || map[name] === null) setMember(rest, name, value);
  }
  return kept === 0 ? null : rest;
}
