import { deepEqual, type Json, type Schema } from "@pinnace/apimachinery";
import type { CelType } from "../types/cel-type.ts";
import { equals, NO_SUCH_OVERLOAD } from "../values/compare.ts";
import { MAP_TYPE } from "../values/type-of.ts";
import { CelError, type CelValue, MapValue } from "../values/value.ts";
import { escapeIdentifier, unescapeIdentifier } from "./escape.ts";

type Members = { readonly [name: string]: Json };

/** An object or a map with a schema. What the schema does not know of is there, but cannot be reached. */
export class SchemaMap extends MapValue {
  readonly type: CelType = MAP_TYPE;
  readonly #json: Members;
  /** Of objects: names of members are identifiers then, and null is "not there". */
  readonly #isObject: boolean;
  readonly #schemaOf: (name: string) => Schema | undefined;
  readonly #convert: (json: Json, schema: Schema) => CelValue;

  constructor(
    json: Members,
    isObject: boolean,
    schemaOf: (name: string) => Schema | undefined,
    convert: (json: Json, schema: Schema) => CelValue,
  ) {
    super();
    this.#json = json;
    this.#isObject = isObject;
    this.#schemaOf = schemaOf;
    this.#convert = convert;
  }

  get size(): number {
    return Object.keys(this.#json).length;
  }

  find(key: CelValue): CelValue | undefined {
    if (typeof key !== "string") return key instanceof CelError ? key : NO_SUCH_OVERLOAD;
    const name = this.#isObject ? unescapeIdentifier(key) : key;
    return name === undefined ? undefined : this.#member(name);
  }

  #member(name: string): CelValue | undefined {
    if (!Object.hasOwn(this.#json, name)) return undefined;
    const json = this.#json[name] as Json;
    if (this.#isObject && json === null) return undefined;
    const schema = this.#schemaOf(name);
    return schema === undefined ? undefined : this.#convert(json, schema);
  }

  keys(): readonly string[] {
    const known = Object.keys(this.#json).filter((name) => this.#schemaOf(name) !== undefined);
    return this.#isObject ? known.map((name) => escapeIdentifier(name) ?? name) : known;
  }

  equals(other: CelValue): boolean | CelError {
    if (!(other instanceof MapValue)) return NO_SUCH_OVERLOAD;
    if (this.size !== other.size) return false;
    for (const [name, json] of Object.entries(this.#json)) {
      const same =
        this.#schemaOf(name) === undefined ? this.#sameUnknown(name, json, other) : this.#sameMember(name, other);
      if (same !== true) return same;
    }
    return true;
  }

  #sameMember(name: string, other: MapValue): boolean | CelError {
    const [mine, theirs] = [this.#member(name), other.find(name)];
    if (mine === undefined || theirs === undefined) return mine === theirs;
    return equals(mine, theirs);
  }

  /** Of what no schema describes, only the data can be compared. */
  #sameUnknown(name: string, json: Json, other: MapValue): boolean | CelError {
    if (!(other instanceof SchemaMap)) return NO_SUCH_OVERLOAD;
    return !Object.hasOwn(other.#json, name) || deepEqual(json, other.#json[name]);
  }
}
