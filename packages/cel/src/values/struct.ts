import { type CelType, objectType } from "../types/cel-type.ts";
import { mapEquals } from "./collections.ts";
import { equals } from "./compare.ts";
import { shown } from "./convert.ts";
import { CelError, type CelValue, ListValue, MapValue } from "./value.ts";

/** An object that an expression made: `Object{...}`, `Object.spec{...}`. */
class StructValue extends MapValue {
  readonly type: CelType;
  readonly fields: ReadonlyMap<string, CelValue>;

  constructor(typeName: string, fields: ReadonlyMap<string, CelValue>) {
    super();
    this.type = objectType(typeName);
    this.fields = fields;
  }

  get size(): number {
    return this.fields.size;
  }

  find(key: CelValue): CelValue | undefined {
    return typeof key === "string" ? this.fields.get(key) : undefined;
  }

  keys(): readonly CelValue[] {
    return [...this.fields.keys()];
  }

  equals(other: CelValue): boolean {
    return other instanceof StructValue && other.type.name === this.type.name && mapEquals(this, other);
  }
}

const PATCH_TEXTS = ["op", "path", "from"] as const;

/** `JSONPatch{op: ..., path: ..., value: ...}`: an operation of RFC 6902. */
class JsonPatchValue extends StructValue {
  override equals(other: CelValue): boolean {
    if (!(other instanceof JsonPatchValue)) return false;
    const [mine, theirs] = [this.find("value"), other.find("value")];
    if (PATCH_TEXTS.some((name) => this.text(name) !== other.text(name))) return false;
    if (mine === undefined || theirs === undefined) return mine === theirs;
    return equals(mine, theirs) === true;
  }

  /** `op`, `path` or `from`; "" when it is not set. */
  text(name: (typeof PATCH_TEXTS)[number]): string {
    return (this.fields.get(name) as string | undefined) ?? "";
  }

  override find(key: CelValue): CelValue | undefined {
    if (typeof key !== "string") return undefined;
    return this.fields.get(key) ?? (PATCH_TEXTS.includes(key as "op") ? "" : undefined);
  }
}

/** The object of a type with the fields that an expression gave it. */
export function createStruct(typeName: string, fields: ReadonlyMap<string, CelValue>): CelValue {
  if (typeName !== "JSONPatch") return new StructValue(typeName, fields);
  for (const name of PATCH_TEXTS) {
    const value = fields.get(name);
    if (value !== undefined && typeof value !== "string") {
      return new CelError(`unexpected type ${shown(value)} for JSONPatchType '${name}' field`);
    }
  }
  const unknown = [...fields.keys()].find((name) => name !== "value" && !PATCH_TEXTS.includes(name as "op"));
  if (unknown !== undefined) return new CelError(`unexpected JSONPatchType field: ${unknown}`);
  return new JsonPatchValue(typeName, fields);
}

/**
 * What is wrong with the names of the types of nested objects: within `Object`, the field `spec` has to be an
 * `Object.spec`, and so on. Maps and lists between them do not count. Empty when all is well.
 */
export function typeNameErrors(value: CelValue): readonly string[] {
  return value instanceof StructValue ? checkNames(value, value.type.name) : [];
}

function checkNames(value: CelValue, path: string): readonly string[] {
  if (value instanceof StructValue) {
    const { name } = value.type;
    const own =
      name === path
        ? []
        : [`unexpected type name "${name}", expected "${path}", which matches field name path from root Object type`];
    return [...own, ...[...value.fields].flatMap(([field, each]) => checkNames(each, `${path}.${field}`))];
  }
  if (value instanceof ListValue) {
    return Array.from({ length: value.size }, (_, index) => checkNames(value.at(index), path)).flat();
  }
  if (value instanceof MapValue) return value.keys().flatMap((key) => checkNames(value.find(key) ?? null, path));
  return [];
}
