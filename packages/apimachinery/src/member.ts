/** A JSON object while it is being built. */
export type MutableObject = { [key: string]: unknown };

/** True for what JSON writes in braces. */
export function isObject(value: unknown): value is MutableObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a member that may have any name: `__proto__` becomes a member like others. */
export function setMember(object: MutableObject, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}

/** A member of this object itself, never one of its prototype; undefined when there is none. */
export function memberOf<T>(object: { readonly [key: string]: T } | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}
