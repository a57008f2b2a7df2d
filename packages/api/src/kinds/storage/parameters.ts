import { byteLength, invalidValue, required, tooLong } from "@pinnace/apimachinery";
import { needed, type Rule, text } from "../rules/rule.ts";
import { qualifiedName } from "../rules/text.ts";

const MAX_ENTRIES = 512;
const MAX_SIZE = 256 * 1024;

/** The bytes of all keys and values. */
export function sizeOf(map: Readonly<Record<string, string>>): number {
  return Object.entries(map).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
}

/** Parameters of a driver: not too many and not too long. */
export function parameters(mayBeEmpty: boolean): Rule {
  return (value, path, errors) => {
    const map = value ?? {};
    const keys = Object.keys(map);
    if (keys.length > MAX_ENTRIES) return void errors.push(tooLong(path, MAX_ENTRIES));
    if (keys.includes("")) errors.push(invalidValue(path, "", "field can not be empty."));
    if (sizeOf(map) > MAX_SIZE) errors.push(tooLong(path, MAX_SIZE));
    if (!mayBeEmpty && keys.length === 0) errors.push(required(path, "must contain at least one key/value pair"));
  };
}

/** The name of a driver: a qualified name, in any case. */
export const provisioner: Rule = needed((value, path, errors, owner) =>
  text(qualifiedName)(String(value).toLowerCase(), path, errors, owner),
);
