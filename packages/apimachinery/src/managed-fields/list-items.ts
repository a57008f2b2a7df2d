import { isObject } from "../member.ts";
import type { ListFieldType } from "./field-type.ts";
import { type PathElement, valueElement } from "./path-element.ts";

/** The element that identifies an item of an associative list, or why there is none. */
export function elementOf(item: unknown, type: ListFieldType): PathElement | { readonly error: string } {
  return type.keys.length > 0 ? keyedElement(item, type) : setElement(item);
}

function keyedElement(item: unknown, type: ListFieldType): PathElement | { readonly error: string } {
  if (item === null) return { error: "associative list with keys may not have a null element" };
  if (!isObject(item)) return { error: "associative list with keys may not have non-map elements" };
  let body = "";
  for (const key of type.sortedKeys) {
    const value = Object.hasOwn(item, key) ? item[key] : type.keyDefault(key);
    if (value !== undefined) body += `${body === "" ? "" : ","}"${key}":${keyText(value)}`;
  }
  if (body !== "") return `k:{${body}}`;
  const list = type.keys.map((key) => JSON.stringify(key)).join(" ");
  return {
    error: `associative list with keys has an element that omits all key fields [${list}] (and doesn't have default values for any key fields)`,
  };
}

const PLAIN = /^[\w ./:-]*$/;

/** `JSON.stringify`, faster for what keys usually are. */
function keyText(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
}

function setElement(item: unknown): PathElement | { readonly error: string } {
  if (Array.isArray(item)) return { error: "not supported: associative list with lists as elements" };
  if (item === null) return { error: "associative list without keys has an element that's an explicit null" };
  if (typeof item === "object") return { error: "associative list without keys has an element that's a map type" };
  return valueElement(item);
}

/** Items by element; an element that occurs again keeps all its items. Items without an element are left out. */
export function itemsByElement(list: readonly unknown[], type: ListFieldType): Map<PathElement, unknown[]> {
  const items = new Map<PathElement, unknown[]>();
  for (const item of list) {
    const element = elementOf(item, type);
    if (typeof element !== "string") continue;
    const same = items.get(element);
    if (same === undefined) items.set(element, [item]);
    else same.push(item);
  }
  return items;
}
