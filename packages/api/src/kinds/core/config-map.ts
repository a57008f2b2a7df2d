import type { Draft, FieldError } from "@pinnace/apimachinery";
import { byteLength, fieldPath, forbiddenField, invalidValue, tooLong } from "@pinnace/apimachinery";
import type { KindBehaviour } from "../../kind-behaviour.ts";
import { same } from "../rules/equal.ts";
import type { Rule } from "../rules/rule.ts";
import { configMapKey } from "../rules/text.ts";
import { age, name } from "../tables/cell.ts";
import { changeFirst, PLAIN } from "../tables/kind.ts";
import { base64Length } from "./base64.ts";
import { CONFIG_MAP_COLUMNS } from "./columns.ts";

/** 1 MiB: how much a ConfigMap or Secret may hold. */
export const MAX_DATA_BYTES: number = 1_048_576;

/** How upstream prints the path of the object itself here. */
const WHOLE = "[]";

const SEALED = "field is immutable when `immutable` is set";

/** What may not change once `immutable` is true. */
export function sealed(object: Draft, old: Draft, members: readonly string[]): FieldError[] {
  if (!old.immutable) return [];
  const errors = object.immutable ? [] : [forbiddenField(fieldPath("immutable"), SEALED)];
  for (const member of members) {
    if (!same(object[member], old[member])) errors.push(forbiddenField(fieldPath(member), SEALED));
  }
  return errors;
}

const contents: Rule = ({ data = {}, binaryData = {} }, path, errors) => {
  let bytes = 0;
  for (const key of Object.keys(data).sort()) {
    const at = path.child("data").key(key);
    for (const message of configMapKey(key)) errors.push(invalidValue(at, key, message));
    if (Object.hasOwn(binaryData, key)) errors.push(invalidValue(at, key, "duplicate of key present in binaryData"));
    bytes += byteLength(data[key] ?? "");
  }
  for (const key of Object.keys(binaryData).sort()) {
    for (const message of configMapKey(key)) errors.push(invalidValue(path.child("binaryData").key(key), key, message));
    bytes += base64Length(binaryData[key] ?? "");
  }
  if (bytes > MAX_DATA_BYTES) errors.push(tooLong(WHOLE, MAX_DATA_BYTES));
};

/** ConfigMap (core/v1). */
export const configMap: KindBehaviour = {
  columns: CONFIG_MAP_COLUMNS,
  cells: (object, context) => [
    name(object),
    Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length,
    age(object, context),
  ],
  strategy: { ...PLAIN, ...changeFirst(contents, (object, old) => sealed(object, old, ["data", "binaryData"])) },
};
