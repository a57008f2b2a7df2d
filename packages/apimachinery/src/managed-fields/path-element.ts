import { quoteGo } from "../go-quote.ts";
import { isObject } from "../member.ts";

/**
 * One step of a field path in its FieldsV1 spelling: `f:<name>` a field or map key, `k:{"name":"a"}` a list item by its keys,
 * `v:"x"` a list item by its value, `i:0` a list item by its index.
 */
export type PathElement = string;

/** `f:name`. */
export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** `k:{...}` with the keys sorted by name. */
function keyElement(keys: Readonly<Record<string, unknown>>): PathElement {
  const names = Object.keys(keys).sort();
  return `k:{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(keys[name])}`).join(",")}}`;
}

/** `v:"x"`. */
export function valueElement(value: unknown): PathElement {
  return `v:${JSON.stringify(value)}`;
}

/**
 * The same element in the spelling of {@link keyElement} and {@link valueElement}; undefined for elements of unknown type, which
 * upstream skips. Throws SyntaxError when the JSON in it is malformed.
 */
export function normalElement(element: string): PathElement | undefined {
  switch (element.slice(0, 2)) {
    case "f:":
    case "i:":
      return element;
    case "v:":
      return valueElement(JSON.parse(element.slice(2)));
    case "k:": {
      const keys: unknown = JSON.parse(element.slice(2));
      return isObject(keys) ? keyElement(keys) : undefined;
    }
    default:
      return undefined;
  }
}

/** Upstream's order: fields, then keys, then values, then indices, each sorted. */
export function compareElements(a: PathElement, b: PathElement): number {
  const rank = "fkvi".indexOf(a[0] as string) - "fkvi".indexOf(b[0] as string);
  if (rank !== 0) return rank;
  if (a.startsWith("f:")) return a < b ? -1 : 1;
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (isObject(a) && isObject(b)) {
    for (const name of Object.keys(a)) {
      if (!Object.hasOwn(b, name)) return 1;
      const order = compareValues(a[name], b[name]);
      if (order !== 0) return order;
    }
    return Object.keys(a).length - Object.keys(b).length;
  }
  const [left, right] = typeof a === typeof b ? [String(a), String(b)] : [typeof a, typeof b];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** As conflicts print it: `.name`, `[name="a"]`, `[="x"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const body = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${body}`;
    case "k": {
      const keys = Object.entries(JSON.parse(body) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${valueText(value)}`).join(",")}]`;
    }
    case "v":
      return `[=${valueText(JSON.parse(body))}]`;
    default:
      return `[${body}]`;
  }
}

function valueText(value: unknown): string {
  return typeof value === "string" ? quoteGo(value) : String(value);
}

/** `.spec.containers[name="a"].image`. */
export function elementsText(path: readonly PathElement[]): string {
  return path.map(elementText).join("");
}
