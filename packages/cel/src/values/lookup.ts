import { keyText } from "./collections.ts";
import { NO_SUCH_OVERLOAD } from "./compare.ts";
import { typeOfValue } from "./type-of.ts";
import { CelError, type CelValue, ListValue, MapValue, OptionalValue, UintValue } from "./value.ts";

/** `optional.none()`. */
export const NONE: OptionalValue = new OptionalValue(undefined);

/** `key in collection`. */
export function contains(collection: CelValue, key: CelValue): CelValue {
  if (collection instanceof MapValue) {
    const found = collection.find(key);
    return found instanceof CelError ? found : found !== undefined;
  }
  return collection instanceof ListValue ? collection.has(key) : NO_SUCH_OVERLOAD;
}

/** What a key or an index leads to; undefined when it leads nowhere. */
export function find(target: CelValue, key: CelValue): CelValue | undefined {
  if (target instanceof MapValue) return target.find(key);
  if (target instanceof CelError) return target;
  if (!(target instanceof ListValue)) return undefined;
  const index = indexOf(key);
  if (index instanceof CelError) return index;
  return index >= 0 && index < target.size ? target.at(index) : undefined;
}

/** The error for a key or an index that leads nowhere. */
export function missing(target: CelValue, key: CelValue): CelError {
  const what = target instanceof ListValue ? "index out of bounds" : "no such key";
  return new CelError(`${what}: ${keyText(key)}`);
}

function indexOf(key: CelValue): number | CelError {
  if (typeof key === "bigint") return Number(key);
  if (key instanceof UintValue) return Number(key.value);
  if (typeof key !== "number") return new CelError(`unsupported index type '${typeOfValue(key)}' in list`);
  return Number.isInteger(key) ? key : new CelError(`unsupported index value ${key} in list`);
}
