import { isObject, type MutableObject, memberOf, setMember } from "../member.ts";
import type { Schema, SchemaResolver } from "../schema.ts";
import { definitionNameOf, goTypeOf, opaque, scalarKindOf, structNameOf, zeroOf } from "./go-type.ts";
import { type NumberLiterals, pathText } from "./json-reader.ts";
import { decodeScalar } from "./scalar-fields.ts";

/** How the root of a value is named in messages, and where it lies. */
export interface DecodeFieldsOptions {
  /** Name of the root's definition, such as `io.k8s.api.core.v1.Pod`. Default: from the schema's `$ref`. */
  readonly definitionName?: string;
  /** From {@link Decoded}: texts of unusual numbers. */
  readonly literals?: NumberLiterals | undefined;
  /** Path of the root inside the whole object (`["metadata"]`), for unknown fields. */
  readonly path?: readonly (string | number)[];
}

/** What {@link decodeFields} found. */
export interface DecodedFields {
  /** The value itself, or its replacement when the root is a scalar. */
  readonly value: unknown;
  /** `unknown field "spec.foo"`, in the order of the text. */
  readonly unknown: readonly string[];
  /** The first type error in Go's words (`json: cannot unmarshal string into Go struct field ...`); the value is unusable then. */
  readonly error?: string;
}

/**
 * Brings a decoded value into the form that upstream's typed decoder would give it, in place: unknown fields are dropped and listed,
 * nulls become absent (or zero values in maps and lists), so do empty optional lists and maps, quantities and times become canonical.
 */
export function decodeFields(
  value: unknown,
  schema: Schema,
  resolve: SchemaResolver,
  options: DecodeFieldsOptions = {},
): DecodedFields {
  return new FieldDecoder(resolve, options).decode(value, schema);
}

/** Where a value belongs: the struct whose field it is, the field, and the place of that struct. */
interface Place {
  readonly struct: string;
  readonly field: string;
  readonly holder: Place | undefined;
}

/** The path of a field without indices and map keys. */
function fieldPathOf({ field, holder }: Place): string {
  const before = holder === undefined ? "" : fieldPathOf(holder);
  return before === "" ? field : `${before}.${field}`;
}

class FieldDecoder {
  readonly #resolve: SchemaResolver;
  readonly #options: DecodeFieldsOptions;
  readonly #path: (string | number)[];
  readonly #unknown: string[] = [];
  #error: string | undefined;

  constructor(resolve: SchemaResolver, options: DecodeFieldsOptions) {
    this.#resolve = resolve;
    this.#options = options;
    this.#path = [...(options.path ?? [])];
  }

  decode(root: unknown, schema: Schema): DecodedFields {
    const place: Place = { struct: "", field: "", holder: undefined };
    const name = this.#options.definitionName;
    const value = this.#value(
      root,
      name === undefined || schema.$ref ? schema : { ...schema, $ref: name },
      schema,
      place,
    );
    const found = { value, unknown: this.#unknown };
    return this.#error === undefined ? found : { ...found, error: this.#error };
  }

  /** `named` carries the `$ref`, `known` is the schema behind it where the caller has it already. */
  #value(value: unknown, named: Schema, known: Schema | undefined, place: Place, literal?: string): unknown {
    const definition = definitionNameOf(named);
    if (opaque(definition)) return value;
    const kind = scalarKindOf(named, definition);
    if (kind !== undefined) return this.#scalar(value, kind, place, literal);
    const schema = known?.$ref === undefined && known !== undefined ? known : this.#resolve(named.$ref as string);
    const inner = schema === named ? undefined : scalarKindOf(schema, undefined);
    if (inner !== undefined) return this.#scalar(value, inner, place, literal);
    if (schema.type === "array") return this.#list(value, schema, place);
    if (schema.properties !== undefined) return this.#struct(value, schema, definition, place);
    if (isObject(schema.additionalProperties))
      return this.#map(value, schema.additionalProperties as Schema, schema, place);
    return value;
  }

  #scalar(value: unknown, kind: string, place: Place, literal: string | undefined): unknown {
    const decoded = decodeScalar(value, kind, literal);
    if (decoded.error !== undefined) this.#fail(decoded.error);
    else if (decoded.mismatch !== undefined) this.#mismatch(decoded.mismatch, goTypeOf(kind), place);
    return decoded.value;
  }

  #struct(value: unknown, schema: Schema, definition: string | undefined, place: Place): unknown {
    if (!isObject(value)) return this.#mismatch(jsonKind(value), structNameOf(definition, true), place);
    const struct = structNameOf(definition, false);
    const literals = this.#options.literals?.get(value);
    for (const name of Object.keys(value)) {
      const member = value[name];
      const field = memberOf(schema.properties, name);
      // An object of this process may have members that are undefined; JSON leaves them out.
      if (member === undefined) delete value[name];
      else if (field === undefined) {
        this.#unknown.push(`unknown field "${pathText([...this.#path, name])}"`);
        delete value[name];
      } else if (member === null) delete value[name];
      else {
        const inside: Place = { struct, field: name, holder: place };
        this.#member(value, name, field, inside, literals?.get(name));
        if (isEmptyCollection(value[name]) && this.#omitsEmpty(schema, name, field)) delete value[name];
      }
    }
    return value;
  }

  #map(value: unknown, element: Schema, schema: Schema, place: Place): unknown {
    if (!isObject(value)) return this.#mismatch(jsonKind(value), this.#typeName(schema), place);
    const literals = this.#options.literals?.get(value);
    for (const name of Object.keys(value)) {
      if (value[name] === undefined) delete value[name];
      else if (value[name] === null) setMember(value, name, zeroOf(this.#kindOf(element)));
      else this.#member(value, name, element, place, literals?.get(name));
    }
    return value;
  }

  #list(value: unknown, schema: Schema, place: Place): unknown {
    if (!Array.isArray(value)) return this.#mismatch(jsonKind(value), this.#typeName(schema), place);
    const element = schema.items ?? {};
    const literals = this.#options.literals?.get(value);
    for (let at = 0; at < value.length; at++) {
      if (value[at] === null) value[at] = zeroOf(this.#kindOf(element));
      else {
        this.#path.push(at);
        value[at] = this.#value(value[at], element, element, place, literals?.get(String(at)));
        this.#path.pop();
      }
    }
    return value;
  }

  #member(holder: MutableObject, name: string, schema: Schema, place: Place, literal: string | undefined): void {
    this.#path.push(name);
    const before = holder[name];
    const after = this.#value(before, schema, schema, place, literal);
    if (after !== before) setMember(holder, name, after);
    this.#path.pop();
  }

  /** True for the field of a list or map that Go leaves out when it is empty. */
  #omitsEmpty(schema: Schema, name: string, field: Schema): boolean {
    if (schema.required?.includes(name)) return false;
    const resolved = field.$ref === undefined ? field : this.#resolve(field.$ref);
    return resolved.type === "array" || isObject(resolved.additionalProperties);
  }

  /** The scalar kind of an element, or `object`, `array`. */
  #kindOf(schema: Schema): string {
    const definition = definitionNameOf(schema);
    const kind = scalarKindOf(schema, definition);
    if (kind !== undefined) return kind;
    const resolved = schema.$ref === undefined ? schema : this.#resolve(schema.$ref);
    return scalarKindOf(resolved, undefined) ?? resolved.type ?? "object";
  }

  /** `[]v1.Container`, `map[string]string`. */
  #typeName(schema: Schema): string {
    const element = schema.type === "array" ? schema.items : (schema.additionalProperties as Schema | undefined);
    const prefix = schema.type === "array" ? "[]" : "map[string]";
    if (element === undefined) return `${prefix}interface {}`;
    const definition = definitionNameOf(element);
    const kind = this.#kindOf(element);
    if (kind === "object" && definition !== undefined) return prefix + structNameOf(definition, true);
    return prefix + (kind === "array" || kind === "object" ? this.#typeName(element) : goTypeOf(kind));
  }

  #mismatch(what: string, type: string, place: Place): undefined {
    const target =
      place.struct === ""
        ? `Go value of type ${type}`
        : `Go struct field ${place.struct}.${fieldPathOf(place)} of type ${type}`;
    return this.#fail(`json: cannot unmarshal ${what} into ${target}`);
  }

  #fail(message: string): undefined {
    this.#error ??= message;
    return undefined;
  }
}

function isEmptyCollection(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  for (const _ in value) return false;
  return true;
}

/** What Go calls a JSON value in an error. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}
